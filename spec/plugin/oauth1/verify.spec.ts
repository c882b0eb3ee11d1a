import { expect } from 'chai';
import { generateKeyPairSync } from 'node:crypto';
import { bodyHash } from '../../../plugin/oauth1/body-hash.js';
import type { Pair } from '../../../plugin/oauth1/encoding.js';
import { readMessage } from '../../../plugin/oauth1/message.js';
import type { RawRequest } from '../../../plugin/oauth1/message.js';
import type { VerificationKey } from '../../../plugin/oauth1/signature.js';
import { requireParameter, verifyMessage } from '../../../plugin/oauth1/verify.js';
import { refusal } from './refusal.js';
import { keys, methods, nowSeconds, protocolPairs, rsaPair, signedRequest } from './signing.js';

const request = {
  method: 'POST',
  url: 'https://ci.example.test/job/shop/build?delay=0sec&q=a+b',
  form: 'name=value&name=other&empty=',
};

function verify(
  raw: RawRequest,
  key: VerificationKey,
  options: { now?: number; body?: Uint8Array } = {},
): void {
  const { now = nowSeconds, body } = options;
  verifyMessage(
    readMessage(raw),
    body === undefined ? { key, nowSeconds: now } : { key, nowSeconds: now, body },
  );
}

/** The protocol's pairs with some of them replaced, or left out when the value is undefined. */
function pairsWith(changes: Record<string, string | undefined>): Pair[] {
  const pairs = protocolPairs('HMAC-SHA1').filter(([name]) => !(name in changes));
  for (const [name, value] of Object.entries(changes)) if (value !== undefined) pairs.push([name, value]);
  return pairs;
}

/** Signs with HMAC-SHA1 whatever the parameters say, so that only the parameters can be the reason of a refusal. */
function verifyWith(changes: Record<string, string | undefined>, now?: number): void {
  const key = keys['HMAC-SHA1'];
  verify(signedRequest(request, pairsWith(changes), key), key, now === undefined ? {} : { now });
}

function refusalWith(changes: Record<string, string | undefined>, now?: number) {
  return refusal(() => verifyWith(changes, now));
}

describe('Required parameters', () => {
  it('are all that are needed', () => {
    expect(() => verifyWith({ oauth_token: undefined, oauth_version: undefined })).to.not.throw();
  });

  for (const name of ['oauth_consumer_key', 'oauth_signature_method', 'oauth_timestamp', 'oauth_nonce']) {
    for (const value of [undefined, '']) {
      it(`${name} may not be ${value === undefined ? 'absent' : 'empty'}`, () => {
        const problem = refusalWith({ [name]: value });
        expect(problem.problem).to.equal('parameter_absent');
        expect(problem.status).to.equal(400);
        expect(problem.fields).to.deep.equal({ oauth_parameters_absent: name });
      });
    }
  }

  for (const value of [undefined, '']) {
    it(`oauth_signature may not be ${value === undefined ? 'absent' : 'empty'}`, () => {
      const raw = signedRequest(request, protocolPairs('HMAC-SHA1'), keys['HMAC-SHA1']);
      const authorization = raw.authorization?.replace(
        /(, oauth_signature=").*$/,
        value === undefined ? '' : '$1"',
      );
      const problem = refusal(() => verify({ ...raw, authorization }, keys['HMAC-SHA1']));
      expect(problem.problem).to.equal('parameter_absent');
      expect(problem.fields).to.deep.equal({ oauth_parameters_absent: 'oauth_signature' });
    });
  }

  it('are named all at once, in a fixed order, joined by &', () => {
    const problem = refusal(() => verify({ ...request, authorization: undefined }, keys['RSA-SHA1']));
    expect(problem.problem).to.equal('parameter_absent');
    expect(problem.fields).to.deep.equal({
      oauth_parameters_absent:
        'oauth_consumer_key&oauth_signature_method&oauth_signature&oauth_timestamp&oauth_nonce',
    });
  });

  it('may be required one by one', () => {
    const message = readMessage({ ...request, authorization: 'OAuth oauth_verifier="v",oauth_token=""' });
    expect(requireParameter(message, 'oauth_verifier')).to.equal('v');
    for (const name of ['oauth_token', 'oauth_session_handle']) {
      const problem = refusal(() => requireParameter(message, name));
      expect(problem.problem).to.equal('parameter_absent');
      expect(problem.fields).to.deep.equal({ oauth_parameters_absent: name });
    }
  });
});

describe('Version', () => {
  it('is 1.0 or absent', () => {
    expect(() => verifyWith({ oauth_version: '1.0' })).to.not.throw();
    expect(() => verifyWith({ oauth_version: undefined })).to.not.throw();
  });

  for (const version of ['', '1', '1.0a', '1.00', '1.1', '2.0', ' 1.0', '1,0']) {
    it(`is not ${JSON.stringify(version)}`, () => {
      const problem = refusalWith({ oauth_version: version });
      expect(problem.problem).to.equal('version_rejected');
      expect(problem.status).to.equal(400);
      expect(problem.fields).to.deep.equal({ oauth_acceptable_versions: '1.0-1.0' });
    });
  }
});

describe('Timestamp', () => {
  for (const offset of [-300, -299, -1, 0, 1, 299, 300]) {
    it(`may be ${offset} s from our clock`, () =>
      expect(() => verifyWith({ oauth_timestamp: `${nowSeconds + offset}` })).to.not.throw());
  }

  for (const offset of [-1_741_083_119, -86_400, -301, 301, 86_400, 10_000_000_000]) {
    it(`may not be ${offset} s from our clock`, () => {
      const timestamp = nowSeconds + offset;
      const problem = refusalWith({ oauth_timestamp: `${timestamp}` });
      expect(problem.problem).to.equal('timestamp_refused');
      expect(problem.status).to.equal(400);
      expect(problem.fields).to.deep.equal({ oauth_acceptable_timestamps: '1741082820-1741083420' });
      expect(problem.reason).to.equal(
        `The timestamp ${timestamp} is too far from our clock, ${nowSeconds}. Check both clocks.`,
      );
    });
  }

  it('is compared with whole seconds of our clock', () => {
    expect(() => verifyWith({ oauth_timestamp: `${nowSeconds - 300}` }, nowSeconds + 0.9)).to.not.throw();
    const problem = refusalWith({ oauth_timestamp: `${nowSeconds + 301}` }, nowSeconds + 0.9);
    expect(problem.fields).to.deep.equal({ oauth_acceptable_timestamps: '1741082820-1741083420' });
  });

  const malformed = ['0', '-1', '+1741083120', '01741083120', '1741083120.0', '1.741e9', '0x67c6f0b0', ' 1741083120', '1741083120 ', '1741083120a', '１７４１０８３１２０', 'now', 'NaN', 'Infinity']; // prettier-ignore
  for (const timestamp of malformed) {
    it(`is not ${JSON.stringify(timestamp)}`, () => {
      const problem = refusalWith({ oauth_timestamp: timestamp });
      expect(problem.problem).to.equal('parameter_rejected');
      expect(problem.status).to.equal(400);
      expect(problem.fields).to.deep.equal({ oauth_parameters_rejected: 'oauth_timestamp' });
      expect(problem.reason).to.equal('The timestamp is not a positive integer in plain digits.');
    });
  }

  it('has not 13 digits, as milliseconds have', () => {
    const problem = refusalWith({ oauth_timestamp: `${nowSeconds}000` });
    expect(problem.problem).to.equal('parameter_rejected');
    expect(problem.fields).to.deep.equal({ oauth_parameters_rejected: 'oauth_timestamp' });
  });
});

describe('Signature method', () => {
  for (const method of methods) {
    const others = [
      ...methods.filter((other) => other !== method),
      'PLAINTEXT',
      'RSA-SHA256',
      'HMAC-SHA512',
      'none',
    ];
    for (const sent of [...others, method.toLowerCase(), `${method} `]) {
      it(`${sent} is refused for a consumer with ${method}`, () => {
        const pairs = pairsWith({ oauth_signature_method: sent });
        const problem = refusal(() => verify(signedRequest(request, pairs, keys[method]), keys[method]));
        expect(problem.problem).to.equal('signature_method_rejected');
        expect(problem.status).to.equal(400);
        expect(problem.fields).to.deep.equal({ oauth_acceptable_signature_methods: method });
      });
    }
  }

  it('PLAINTEXT is refused with the right secrets', () => {
    const raw = signedRequest(request, pairsWith({ oauth_signature_method: 'PLAINTEXT' }), keys['HMAC-SHA1']);
    const signature = 'oauth_signature="s3cr3t%2520value%26token-secret_0123456789"';
    const authorization = raw.authorization?.replace(/oauth_signature="[^"]*"/, signature);
    expect(refusal(() => verify({ ...raw, authorization }, keys['HMAC-SHA1'])).problem).to.equal(
      'signature_method_rejected',
    );
  });

  it('HMAC with a public key for a secret is refused for a consumer with RSA', () => {
    const publicKeyText = rsaPair.publicKey.export({ type: 'spki', format: 'pem' }).toString();
    for (const consumerSecret of [publicKeyText, '']) {
      const hmac = { method: 'HMAC-SHA1', consumerSecret, tokenSecret: '' } as const;
      for (const sent of ['HMAC-SHA1', 'RSA-SHA1']) {
        const raw = signedRequest(request, pairsWith({ oauth_signature_method: sent }), hmac);
        expect(refusal(() => verify(raw, keys['RSA-SHA1'])).problem).to.equal(
          sent === 'RSA-SHA1' ? 'signature_invalid' : 'signature_method_rejected',
        );
      }
    }
  });
});

describe('Body hash', () => {
  const json = Buffer.from('{"branch":"main"}');
  const { method, url } = request;

  for (const signatureMethod of methods) {
    const key = keys[signatureMethod];
    const withHash = (hash: string) =>
      signedRequest(
        { method, url, form: undefined },
        [...protocolPairs(signatureMethod), ['oauth_body_hash', hash]],
        key,
      );

    it(`${signatureMethod}: verifies the body that was hashed, and no other`, () => {
      const raw = withHash(bodyHash(signatureMethod, json));
      expect(() => verify(raw, key, { body: json })).to.not.throw();
      for (const body of [
        undefined,
        Buffer.alloc(0),
        Buffer.from('{"branch":"mail"}'),
        json.subarray(1),
        Buffer.concat([json, json]),
      ]) {
        const problem = refusal(() => verify(raw, key, body === undefined ? {} : { body }));
        expect(problem.problem).to.equal('parameter_rejected');
        expect(problem.status).to.equal(400);
        expect(problem.fields).to.deep.equal({ oauth_parameters_rejected: 'oauth_body_hash' });
        expect(problem.reason).to.equal('The body is not the one that was hashed.');
      }
    });

    it(`${signatureMethod}: takes no body as an empty one`, () => {
      const raw = withHash(bodyHash(signatureMethod, new Uint8Array()));
      expect(() => verify(raw, key)).to.not.throw();
      expect(() => verify(raw, key, { body: Buffer.alloc(0) })).to.not.throw();
    });

    it(`${signatureMethod}: refuses another hash, another spelling, an empty value`, () => {
      const right = bodyHash(signatureMethod, json);
      const digest = signatureMethod === 'HMAC-SHA256' ? 'HMAC-SHA1' : 'HMAC-SHA256';
      const wrong = [
        '',
        right.replace(/=+$/, ''),
        `${right} `,
        right.toLowerCase(),
        bodyHash(digest, json),
        'é'.repeat(14),
      ];
      for (const hash of wrong) {
        expect(refusal(() => verify(withHash(hash), key, { body: json })).fields, hash).to.deep.equal({
          oauth_parameters_rejected: 'oauth_body_hash',
        });
      }
    });

    it(`${signatureMethod}: is not needed, and the body is then not covered`, () => {
      const raw = signedRequest({ method, url, form: undefined }, protocolPairs(signatureMethod), key);
      expect(() => verify(raw, key, { body: json })).to.not.throw();
      expect(() => verify(raw, key)).to.not.throw();
    });
  }
});

describe('The order of the checks', () => {
  const bad = {
    oauth_version: '2.0',
    oauth_timestamp: '1',
    oauth_signature_method: 'PLAINTEXT',
    oauth_body_hash: 'x',
  };

  it('is parameters, version, timestamp, method, body hash, signature', () => {
    const left: Record<string, string | undefined> = { ...bad, oauth_nonce: undefined };
    const found: string[] = [];
    const key = keys['HMAC-SHA1'];
    for (const name of ['oauth_nonce', ...Object.keys(bad), 'none']) {
      const raw = signedRequest({ ...request, form: undefined }, pairsWith(left), { ...key, method: 'HMAC-SHA256', consumerSecret: '', tokenSecret: '' }); // prettier-ignore
      found.push(refusal(() => verify(raw, key)).problem);
      Reflect.deleteProperty(left, name);
    }
    expect(found).to.deep.equal([
      'parameter_absent',
      'version_rejected',
      'timestamp_refused',
      'signature_method_rejected',
      'parameter_rejected',
      'signature_invalid',
    ]);
  });
});

describe('False positives', () => {
  const inHeader = (from: string | RegExp, to: string) => (raw: RawRequest) => ({
    ...raw,
    authorization: raw.authorization?.replace(from, to),
  });
  const inUrl = (from: string, to: string) => (raw: RawRequest) => ({
    ...raw,
    url: raw.url.replace(from, to),
  });
  const form = (text: string | undefined) => (raw: RawRequest) => ({ ...raw, form: text });

  const changes: [what: string, change: (raw: RawRequest) => RawRequest][] = [
    ['another method', (raw) => ({ ...raw, method: 'PUT' })],
    ['a letter of the method', (raw) => ({ ...raw, method: 'QOST' })],
    ['the scheme', inUrl('https:', 'http:')],
    ['a letter of the host', inUrl('ci.', 'cj.')],
    ['a domain more', inUrl('example.test', 'example.test.evil.test')],
    ['a port', inUrl('example.test', 'example.test:8443')],
    ['a letter of the path', inUrl('/shop', '/shoq')],
    ['the case of a letter of the path', inUrl('/shop', '/Shop')],
    ['an escape in the path', inUrl('/shop', '/%73hop')],
    ['a slash more in the path', inUrl('/shop', '//shop')],
    ['a slash at the end', inUrl('/build', '/build/')],
    ['dots in the path', inUrl('/shop', '/./shop')],
    ['a path that another one resolves to', inUrl('/shop', '/x/../shop')],
    ['a backslash in the path', inUrl('/shop', '\\shop')],
    ['a character of a query value', inUrl('0sec', '1sec')],
    ['a character of a query name', inUrl('delay', 'delaz')],
    ['a plus of the query escaped', inUrl('a+b', 'a%2Bb')],
    ['no query', (raw) => ({ ...raw, url: 'https://ci.example.test/job/shop/build' })],
    ['a query pair less', inUrl('&q=a+b', '')],
    ['a query pair more', inUrl('?', '?admin=true&')],
    ['a query pair twice', inUrl('?', '?delay=0sec&')],
    ['an empty query pair more', inUrl('?', '?x&')],
    ['a character of a form value', form('name=valuf&name=other&empty=')],
    ['a character of a form name', form('nbme=value&name=other&empty=')],
    ['an empty form value filled', form('name=value&name=other&empty=1')],
    ['a form pair less', form('name=value&empty=')],
    ['a form pair more', form('name=value&name=other&empty=&name=')],
    ['an empty form', form('')],
    ['a form that is sent as another type', form(undefined)],
    ['a form in one value', form('name=value%26name%3Dother%26empty%3D')],
    ['a letter of the consumer key', inHeader('bitbucket-syd', 'bitbucket-sye')],
    ['the case of the consumer key', inHeader('bitbucket-syd', 'Bitbucket-syd')],
    ['a digit of the token', inHeader('0d9b7a54', '1d9b7a54')],
    ['an empty token', inHeader(/oauth_token="[^"]*"/, 'oauth_token=""')],
    ['no token', inHeader(/oauth_token="[^"]*", /, '')],
    ['a second of the timestamp', inHeader(`${nowSeconds}`, `${nowSeconds + 1}`)],
    ['a digit of the nonce', inHeader('n-0003', 'n-0002')],
    ['no version', inHeader(', oauth_version="1.0"', '')],
    ['a callback more', inHeader('OAuth ', 'OAuth oauth_callback="https%3A%2F%2Fevil.test", ')],
    ['a verifier more', inHeader('OAuth ', 'OAuth oauth_verifier="v", ')],
    ['a parameter more that is not OAuth', inHeader('OAuth ', 'OAuth user_id="admin", ')],
    ['a user more', inUrl('?', '?xoauth_requestor_id=admin&')],
    ['a character of the signature', inHeader(/(oauth_signature=")./, '$1-')],
    [
      'a signature of another request',
      inHeader(/oauth_signature="[^"]*"/, 'oauth_signature="bYT5CMsGcbgUdFHObYMEfcx6bsw%3D"'),
    ],
    ['a signature that is cut', inHeader(/%3D"$/, '"')],
    ['a space behind the signature', inHeader(/"$/, '%20"')],
  ];

  for (const method of methods) {
    const key = keys[method];
    const raw = signedRequest(request, protocolPairs(method), key);

    it(`${method}: the request itself verifies`, () => expect(() => verify(raw, key)).to.not.throw());

    for (const [what, change] of changes) {
      it(`${method}: refused with ${what}`, () => {
        const changed = change(raw);
        expect(changed).to.not.deep.equal(raw);
        const problem = refusal(() => verify(changed, key));
        expect(problem.problem).to.equal('signature_invalid');
        expect(problem.status).to.equal(401);
        expect(problem.fields).to.deep.equal({});
      });
    }

    it(`${method}: what RFC 5849 takes for the same request verifies`, () => {
      const same: ((raw: RawRequest) => RawRequest)[] = [
        (other) => ({ ...other, method: 'post' }),
        inUrl('https://ci.example.test', 'HTTPS://CI.Example.Test:443'),
        inUrl('a+b', 'a%20b'),
        inUrl('delay=0sec&q=a+b', 'q=a+b&delay=0sec'),
        (other) => ({ ...other, url: `${other.url}#fragment` }),
        form('name=other&empty&name=value'),
        inHeader('OAuth ', 'oauth realm="any",'),
        inHeader(/, /g, ' , '),
      ];
      for (const change of same) expect(() => verify(change(raw), key)).to.not.throw();
    });
  }

  for (const method of ['HMAC-SHA1', 'HMAC-SHA256'] as const) {
    it(`${method}: refused with another secret of consumer or token`, () => {
      const key = { method, consumerSecret: 's3cr3t value', tokenSecret: 'token-secret_0123456789' };
      const raw = signedRequest(request, protocolPairs(method), key);
      expect(() => verify(raw, key)).to.not.throw();
      for (const other of [
        { ...key, consumerSecret: 's3cr3t valuf' },
        { ...key, tokenSecret: 'token-secret_0123456788' },
        { ...key, tokenSecret: '' },
        { ...key, consumerSecret: '' },
      ]) {
        expect(refusal(() => verify(raw, other)).problem).to.equal('signature_invalid');
      }
    });
  }

  it('RSA-SHA1: refused with another key', () => {
    const { publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const raw = signedRequest(request, protocolPairs('RSA-SHA1'), keys['RSA-SHA1']);
    expect(refusal(() => verify(raw, { method: 'RSA-SHA1', publicKey })).problem).to.equal(
      'signature_invalid',
    );
  });
});

describe('The answer to a wrong signature', () => {
  it('has a reason with method, request line and no query, and neither secret, signature nor base string', () => {
    const key = keys['HMAC-SHA1'];
    const raw = signedRequest(request, protocolPairs('HMAC-SHA1'), key);
    const problem = refusal(() => verify({ ...raw, method: 'PUT' }, key));
    expect(problem.reason).to.equal(
      'The HMAC-SHA1 signature does not match PUT https://ci.example.test/job/shop/build. ' +
        'Check the key and the public URL.',
    );
    expect(problem.message).to.equal('signature_invalid');
    expect(problem.cause).to.equal(undefined);
  });
});

describe('A URL that is not absolute', () => {
  it('is a problem, not an exception', () => {
    const raw = signedRequest(request, protocolPairs('HMAC-SHA1'), keys['HMAC-SHA1']);
    expect(refusal(() => verify({ ...raw, url: '/job/shop/build' }, keys['HMAC-SHA1'])).problem).to.equal(
      'parameter_rejected',
    );
  });
});
