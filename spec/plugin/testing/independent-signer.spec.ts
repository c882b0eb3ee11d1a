/** The test signer held against npm `oauth`, written by other people: the same request must get the same signature. */
import { expect } from 'chai';
import fc from 'fast-check';
import { generateKeyPairSync } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { OAuth } from 'oauth';
import { signRequest, type SigningIdentity } from '../../../plugin/testing/index.js';

const timestampSeconds = 1741083120;
const nonce = 'n-0042';
const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 1024 });
const privateKeyPem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();

/** npm `oauth` with time and nonce held still. */
class FrozenOAuth extends OAuth {
  constructor({ signatureMethod, ...identity }: SigningIdentity) {
    const secret = 'consumerSecret' in identity ? identity.consumerSecret : privateKeyPem;
    super('', '', identity.consumerKey, secret, '1.0', null, signatureMethod);
  }

  protected override _getTimestamp(): number {
    return timestampSeconds;
  }

  protected override _getNonce(): string {
    return nonce;
  }

  signatureOf(
    method: string,
    url: string,
    token: string,
    tokenSecret: string,
    extra: object,
  ): string | undefined {
    const parameters = this._prepareParameters(token, tokenSecret, method, url, extra);
    return parameters.find(([name]) => name === 'oauth_signature')?.[1];
  }
}

const identities: readonly SigningIdentity[] = [
  { consumerKey: 'ci:key 1', signatureMethod: 'HMAC-SHA1', consumerSecret: 's3cr3t & välue' },
  { consumerKey: 'ci:key 1', signatureMethod: 'HMAC-SHA256', consumerSecret: 's3cr3t & välue' },
  { consumerKey: 'Bitbucket:0123456789', signatureMethod: 'RSA-SHA1', privateKey },
];

const requests: readonly {
  name: string;
  method: string;
  url: string;
  token?: string;
  tokenSecret?: string;
  protocol?: Record<string, string>;
  form?: Record<string, string>;
}[] = [
  {
    name: 'request token with a callback that has a query',
    method: 'POST',
    url: 'http://127.0.0.1:7990/ci/plugins/servlet/oauth/request-token',
    protocol: { oauth_callback: 'http://bb/plugins/servlet/x?applicationLinkID=1&redirectUrl=%2Fa%20b' },
  },
  {
    name: 'access token with a verifier',
    method: 'POST',
    url: 'https://ci.example.test/plugins/servlet/oauth/access-token',
    token: 'request/token+1',
    tokenSecret: 'secret=&1',
    protocol: { oauth_verifier: 'v+/=' },
  },
  {
    name: 'call without parameters',
    method: 'POST',
    url: 'https://ci.example.test:443/job/demo/build',
    token: 't',
    tokenSecret: 's',
  },
  {
    name: 'call with a query',
    method: 'GET',
    url: 'https://ci.example.test/job/a%2Fb/api?tree=builds%5Bnumber%5D&q=a%20b&z=',
    token: 't',
    tokenSecret: 's',
  },
  {
    name: "call with a form of unusual characters: !'()* and others",
    method: 'POST',
    url: 'https://ci.example.test/job/demo/buildWithParameters?delay=0sec',
    token: 't',
    tokenSecret: 's',
    form: { "B(r)a'n!c*h": "feature/é ☃ & more='+'", empty: '', delay2: '~.-_' },
  },
];

describe('test signer against npm oauth', () => {
  for (const identity of identities) {
    for (const { name, ...request } of requests) {
      for (const placement of ['form', 'header', 'query'] as const) {
        it(`${identity.signatureMethod}, parameters in the ${placement}: ${name}`, () => {
          const { method, url, token = '', tokenSecret = '', protocol, form } = request;
          const expected = new FrozenOAuth(identity).signatureOf(method, url, token, tokenSecret, {
            ...protocol,
            ...form,
          });
          const signed = signRequest({ ...request, identity, placement, nonce, timestampSeconds });
          expect(signed.signature).to.equal(expected);
        });
      }
    }
  }

  for (const identity of identities) {
    it(`sends in the header what npm oauth sends (${identity.signatureMethod})`, async () => {
      const received: { authorization: string; body: string }[] = [];
      const server = createServer((request, response) => {
        let body = '';
        request.on('data', (chunk: Buffer) => (body += chunk.toString()));
        request.on('end', () => {
          received.push({ authorization: request.headers.authorization ?? '', body });
          response.end();
        });
      });
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/job/demo/build?delay=0sec`;
      const form = { branch: "it's (new)!", x: 'a b' };
      await new Promise<void>((resolve, reject) => {
        new FrozenOAuth(identity).post(url, 'tok', 'sec', { ...form }, undefined, (error) => {
          if ((error as unknown) === null) resolve();
          else reject(new Error(`answered ${error.statusCode}`));
        });
      });
      const request = {
        method: 'POST',
        url,
        identity,
        token: 'tok',
        tokenSecret: 'sec',
        form,
        nonce,
        timestampSeconds,
      };
      const signed = signRequest(request);
      await fetch(url, { method: 'POST', headers: signed.headers, body: signed.body ?? null });
      await new Promise((resolve) => server.close(resolve));

      const [theirs, ours] = received.map(({ authorization, body }) => ({
        fields: authorization.replace('OAuth ', '').split(/, ?/).sort(),
        body,
      }));
      expect(ours).to.deep.equal(theirs);
      expect(ours!.fields).to.have.lengthOf(7);
    });
  }

  it('signs an address as npm oauth does when the parameters go into the query', () => {
    const [identity] = identities;
    const url = 'https://ci.example.test/job/demo/build?delay=0sec';
    const theirs = new FrozenOAuth(identity!).signUrl(url, 'tok', 'sec', 'GET');
    const signed = signRequest({
      method: 'GET',
      url,
      identity: identity!,
      token: 'tok',
      tokenSecret: 'sec',
      placement: 'query',
      nonce,
      timestampSeconds,
    });
    const sorted = (address: string): string[][] => [...new URL(address).searchParams].sort();
    expect(sorted(signed.url)).to.deep.equal(sorted(theirs));
  });

  it('signs any form and secrets as npm oauth does', () => {
    const text = fc.string({ unit: 'grapheme', maxLength: 12 });
    const name = text.map((rest) => `p${rest}`);
    fc.assert(
      fc.property(fc.dictionary(name, text), text, text, (form, consumerSecret, tokenSecret) => {
        const identity: SigningIdentity = {
          consumerKey: 'key',
          signatureMethod: 'HMAC-SHA1',
          consumerSecret,
        };
        const url = 'https://ci.example.test/job/demo/build';
        const expected = new FrozenOAuth(identity).signatureOf('POST', url, 't', tokenSecret, { ...form });
        const request = {
          method: 'POST',
          url,
          identity,
          token: 't',
          tokenSecret,
          form,
          nonce,
          timestampSeconds,
        };
        expect(signRequest(request).signature).to.equal(expected);
      }),
    );
  });
});
