/**
 * Signatures of two implementations that are not ours, npm `oauth` and `oauth-1.0a`, so that our signer and our
 * verifier can't be wrong together. `oauth` sends real requests, of which the server sees only the raw bytes.
 */
import { expect } from 'chai';
import {
  createHash,
  createHmac,
  createPrivateKey,
  createPublicKey,
  createSign,
  generateKeyPairSync,
} from 'node:crypto';
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { OAuth } from 'oauth';
import OAuth10a from 'oauth-1.0a';
import { signatureBaseString } from '../../../plugin/oauth1/base-string.js';
import { readMessage } from '../../../plugin/oauth1/message.js';
import type { RawRequest } from '../../../plugin/oauth1/message.js';
import { sign } from '../../../plugin/oauth1/signature.js';
import type { SignatureMethod, SigningKey, VerificationKey } from '../../../plugin/oauth1/signature.js';
import { verifyMessage } from '../../../plugin/oauth1/verify.js';
import { refusal } from './refusal.js';
import { methods } from './signing.js';

const consumerKey = 'Bitbucket:0123456789 é';
const consumerSecret = "s3cr3t +value&!'()*é";
const token = '0d9b7a54-3c1e-4f60-8b2a-9e8d7c6b5a40';
const tokenSecret = 'token secret+%&~';
const privateKeyText = generateKeyPairSync('rsa', { modulusLength: 2048 })
  .privateKey.export({ type: 'pkcs8', format: 'pem' })
  .toString();

function keyFor(method: SignatureMethod, secretOfToken = tokenSecret): SigningKey & VerificationKey {
  if (method !== 'RSA-SHA1') return { method, consumerSecret, tokenSecret: secretOfToken };
  return { method, privateKey: createPrivateKey(privateKeyText), publicKey: createPublicKey(privateKeyText) };
}

function verify(raw: RawRequest, key: VerificationKey, body: Uint8Array = new Uint8Array()): void {
  verifyMessage(readMessage(raw), { key, nowSeconds: Date.now() / 1000, body });
}

/** Opens what `oauth` computes to the spec: it is protected in its types. */
class OpenOAuth extends OAuth {
  signatureOf(method: string, url: string, parameters: string, secretOfToken: string): string {
    return this._getSignature(method, url, parameters, secretOfToken);
  }

  /** Its types ask for an array, its code walks the names of an object: this is both. */
  normalize(parameters: Record<string, string[]>): string {
    return this._normaliseRequestParams(Object.assign([], parameters));
  }
}

function clientOf(method: SignatureMethod, base = 'http://127.0.0.1:1'): OpenOAuth {
  const secret = method === 'RSA-SHA1' ? privateKeyText : consumerSecret;
  const callback = 'https://bb.example.test/access?applicationLinkID=1&x=a b';
  return new OpenOAuth(
    `${base}/request-token`,
    `${base}/access-token`,
    consumerKey,
    secret,
    '1.0',
    callback,
    method,
  );
}

const queries = [
  '',
  '?delay=0sec',
  '?a=1&b=2&a-b=3',
  '?q=a+b&r=a%20b&s=a%2Bb',
  '?n=%C3%A9%F0%9F%98%80',
  '?empty=&none',
  "?x=!'()*~-._",
  '?u=http%3A%2F%2Fh%2Fp%3Fq%3D1%26r',
  '?e=%2525',
];

type Form = Record<string, string | string[]>;

const forms: Form[] = [
  { name: 'value' },
  { 'a b': 'c d', plus: '1+1', percent: '100%', amp: 'a&b=c' },
  { empty: '', z: '1', A: '2', a: '3' },
  { text: 'line\r\nline', unicode: 'é、\u{1f600}', marks: "!'()*~" },
];

describe('Requests that npm oauth signs and sends', () => {
  const received: RawRequest[] = [];
  const bodies: Buffer[] = [];
  let server: Server;
  let base: string;

  before(async () => {
    server = createServer((req, res) => {
      void buffer(req).then((body) => {
        bodies.push(body);
        const isForm = req.headers['content-type'] === 'application/x-www-form-urlencoded';
        received.push({
          method: req.method ?? '',
          url: base + (req.url ?? ''),
          authorization: req.headers.authorization,
          form: isForm && body.length > 0 ? body.toString() : undefined,
        });
        res.end('oauth_token=t&oauth_token_secret=s');
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });

  after(() => new Promise((resolve) => server.close(resolve)));

  /** Lets the client send one request, and returns what arrived. */
  async function sent(send: (done: (error: unknown) => void) => unknown): Promise<RawRequest> {
    await new Promise<void>((resolve, reject) => {
      send((error) => {
        if (error) reject(new Error(JSON.stringify(error)));
        else resolve();
      });
    });
    return received.at(-1) ?? expect.fail('nothing arrived');
  }

  for (const method of methods) {
    const key = keyFor(method);

    for (const query of queries) {
      it(`${method}: GET ${query || 'without a query'}`, async () => {
        const client = clientOf(method);
        const raw = await sent((done) => client.get(`${base}/job/shop${query}`, token, tokenSecret, done));
        verify(raw, key);
        expect(refusal(() => verify({ ...raw, url: `${raw.url}x` }, key)).problem).to.equal(
          'signature_invalid',
        );
      });
    }

    for (const form of forms) {
      it(`${method}: POST of the form ${JSON.stringify(form)}`, async () => {
        const client = clientOf(method);
        const url = `${base}/job/shop/build?delay=0sec`;
        const raw = await sent((done) => client.post(url, token, tokenSecret, { ...form }, undefined, done));
        verify(raw, key);
        expect(refusal(() => verify({ ...raw, form: `${raw.form}x` }, key)).problem).to.equal(
          'signature_invalid',
        );
      });
    }

    it(`${method}: PUT of JSON, which is not signed`, async () => {
      const client = clientOf(method);
      const raw = await sent((done) => client.put(`${base}/rest/x`, token, tokenSecret, '{"a":1}', 'application/json', done)); // prettier-ignore
      expect(bodies.at(-1)?.toString()).to.equal('{"a":1}');
      verify(raw, key, bodies.at(-1));
    });

    it(`${method}: DELETE`, async () => {
      const client = clientOf(method);
      verify(await sent((done) => client.delete(`${base}/rest/x/1`, token, tokenSecret, done)), key);
    });

    it(`${method}: a request token, with a callback and without a token secret`, async () => {
      const client = clientOf(method, base);
      const raw = await sent((done) => client.getOAuthRequestToken(done));
      verify(raw, keyFor(method, ''));
      expect(readMessage(raw).get('oauth_callback')).to.equal(
        'https://bb.example.test/access?applicationLinkID=1&x=a b',
      );
    });

    it(`${method}: an access token, with a verifier`, async () => {
      const client = clientOf(method, base);
      const raw = await sent((done) => client.getOAuthAccessToken(token, tokenSecret, 'ver+ifier', done));
      verify(raw, key);
      expect(readMessage(raw).get('oauth_verifier')).to.equal('ver+ifier');
    });

    it(`${method}: a URL that carries all parameters in its query`, () => {
      const url = clientOf(method).signUrl(
        'https://ci.example.test/rest/x?q=a%20b',
        token,
        tokenSecret,
        'GET',
      );
      verify({ method: 'GET', url, authorization: undefined, form: undefined }, key);
    });

    it(`${method}: an empty token of a two-legged request`, () => {
      const authorization = clientOf(method).authHeader('https://CI.example.test:443/rest/x', '', '', 'GET');
      verify(
        { method: 'GET', url: 'https://ci.example.test/rest/x', authorization, form: undefined },
        keyFor(method, ''),
      );
    });
  }
});

describe('Signatures of ours that npm oauth computes too', () => {
  const parameters: Record<string, string[]> = {
    a: ['2', '1', ''],
    'a b': ["!'()*~", 'é\u{1f600}'],
    'a-b': ['x+y', '%'],
    B: ['&=', '\r\n'],
    oauth_token: [token],
    oauth_nonce: ['n-1'],
  };
  const pairs = Object.entries(parameters).flatMap(([name, values]) =>
    values.map((value) => [name, value] as const),
  );
  const urls = [
    'http://h.test',
    'http://H.test:80/p',
    'https://h.test:443/a%20b/',
    'https://h.test:8443/p?x#y',
  ];

  for (const method of methods) {
    for (const url of urls) {
      it(`${method} for ${url}`, () => {
        const client = clientOf(method);
        const theirs = client.signatureOf('post', url, client.normalize(parameters), tokenSecret);
        expect(sign(signatureBaseString({ method: 'post', url, pairs }), keyFor(method))).to.equal(theirs);
      });
    }
  }
});

describe('oauth-1.0a', () => {
  const hash: Record<SignatureMethod, (base: string, key: string) => string> = {
    'HMAC-SHA1': (base, key) => createHmac('sha1', key).update(base).digest('base64'),
    'HMAC-SHA256': (base, key) => createHmac('sha256', key).update(base).digest('base64'),
    'RSA-SHA1': (base) => createSign('RSA-SHA1').update(base).sign(privateKeyText, 'base64'),
  };
  const url = 'https://ci.example.test/job/shop/build';

  for (const method of methods) {
    const client = new OAuth10a({
      consumer: { key: consumerKey, secret: consumerSecret },
      signature_method: method,
      hash_function: hash[method],
      body_hash_function: (body) =>
        createHash(method === 'HMAC-SHA256' ? 'sha256' : 'sha1')
          .update(body)
          .digest('base64'),
      realm: 'https://ci.example.test/',
    });
    const key = keyFor(method);

    // It leaves names and pluses of a query as they are: only queries without these are signed as the RFC says.
    for (const query of queries.filter((text) => !/\+|none/.test(text))) {
      it(`${method}: its GET ${query || 'without a query'} verifies, and ours is the same`, () => {
        const request = { method: 'GET', url: url + query };
        const data = client.authorize(request, { key: token, secret: tokenSecret });
        const raw = { ...request, authorization: client.toHeader(data).Authorization, form: undefined };
        verify(raw, key);
        expect(refusal(() => verify({ ...raw, method: 'POST' }, key)).problem).to.equal('signature_invalid');
        const ours = signatureBaseString(readMessage(raw));
        const { oauth_signature: theirs, ...unsigned } = data;
        expect(ours).to.equal(client.getBaseString({ ...request, data: {} }, unsigned));
        expect(sign(ours, key)).to.equal(theirs);
      });
    }

    for (const form of [...forms, { list: ['2', '1', 'é'] } as Form]) {
      it(`${method}: its POST of the form ${JSON.stringify(form)} verifies, and ours is the same`, () => {
        const request = { method: 'POST', url: `${url}?delay=0sec`, data: { ...form } };
        const data = client.authorize(request, { key: token, secret: tokenSecret });
        const body = new URLSearchParams();
        for (const [name, values] of Object.entries(form)) {
          for (const value of [values].flat()) body.append(name, value);
        }
        const raw = { ...request, authorization: client.toHeader(data).Authorization, form: body.toString() };
        verify(raw, key);
        expect(sign(signatureBaseString(readMessage(raw)), key)).to.equal(data.oauth_signature);
        expect(refusal(() => verify({ ...raw, form: `${raw.form}&x=` }, key)).problem).to.equal(
          'signature_invalid',
        );
      });
    }

    it(`${method}: its body hash of JSON verifies, of that body only`, () => {
      const body = '{"branch":"é"}';
      const request = { method: 'POST', url, data: body, includeBodyHash: true };
      const data = client.authorize(request, { key: token, secret: tokenSecret });
      const raw = { ...request, authorization: client.toHeader(data).Authorization, form: undefined };
      verify(raw, key, Buffer.from(body));
      expect(refusal(() => verify(raw, key, Buffer.from(`${body} `))).problem).to.equal('parameter_rejected');
    });

    it(`${method}: its parameters verify in a form body, where Atlassian puts them`, () => {
      const request = { method: 'POST', url, data: { oauth_callback: 'https://bb.example.test/a?b=c d' } };
      const data = client.authorize(request);
      const form = new URLSearchParams();
      for (const [name, value] of Object.entries({ ...request.data, ...data }))
        form.append(name, String(value));
      verify({ method: 'POST', url, authorization: undefined, form: form.toString() }, keyFor(method, ''));
      expect([...form.keys()]).to.include.members(['oauth_callback', 'oauth_signature']);
    });
  }
});
