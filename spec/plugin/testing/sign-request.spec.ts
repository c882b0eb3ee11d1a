import { expect } from 'chai';
import { createPublicKey, generateKeyPairSync, verify } from 'node:crypto';
import { signRequest, type SigningIdentity, type SignRequestOptions } from '../../../plugin/testing/index.js';

const hmac: SigningIdentity = {
  consumerKey: 'bitbucket-syd',
  signatureMethod: 'HMAC-SHA1',
  consumerSecret: 's3cr3t value',
};
const frozen = { timestampSeconds: 1741083120 };
const callback = 'https://bb.example.test/plugins/servlet/applinks/oauth/login-dance/access';

describe('signRequest', () => {
  describe('gives the signatures of the worked vectors', () => {
    const vectors: (Pick<SignRequestOptions, 'url' | 'nonce' | 'protocol' | 'token' | 'tokenSecret'> & {
      signature: string;
    })[] = [
      {
        url: 'https://ci.example.test/bitbucket/oauth/request-token',
        nonce: 'n-0001',
        protocol: { oauth_callback: `${callback}?id=1` },
        signature: 'KKUH/CBjCLdZKEmbI1MPD0Cl9Z4=',
      },
      {
        url: 'https://ci.example.test/bitbucket/oauth/access-token',
        nonce: 'n-0002',
        token: '6f1c2f0e-6a8e-4c5e-9a2d-0b5c7f1e2d3a',
        tokenSecret: 'req-token-secret_0123456789',
        protocol: { oauth_verifier: 'aB3dE9' },
        signature: 'LniWx4g9pOPuL6R6RHC/XdsTEm0=',
      },
      {
        url: 'https://ci.example.test/job/shop/build?delay=0sec',
        nonce: 'n-0003',
        token: '0d9b7a54-3c1e-4f60-8b2a-9e8d7c6b5a40',
        tokenSecret: 'acc-token-secret_0123456789',
        signature: '4ulHRdEM33BvduZyKrDKIFB2mqE=',
      },
    ];
    for (const { signature, ...request } of vectors) {
      for (const placement of ['header', 'form', 'query'] as const) {
        it(`POST ${request.url}, parameters in the ${placement}`, () => {
          const signed = signRequest({ method: 'POST', identity: hmac, placement, ...frozen, ...request });
          expect(signed.signature).to.equal(signature);
        });
      }
    }
  });

  describe("gives the base strings of Atlassian's own requests, signed with the host key", () => {
    const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 1024 });
    const identity: SigningIdentity = {
      consumerKey: 'Bitbucket:0123456789',
      signatureMethod: 'RSA-SHA1',
      privateKey,
    };

    it('request token with the callback of a login dance', () => {
      const signed = signRequest({
        method: 'POST',
        url: 'https://ci.example.test/plugins/servlet/oauth/request-token',
        identity,
        placement: 'form',
        nonce: 'n-0100',
        protocol: { oauth_callback: `${callback}?applicationLinkID=9fcb1f80-cf06-3129-bdea-f3b25b1aa9e3` },
        ...frozen,
      });
      expect(signed.baseString).to.equal(
        'POST&https%3A%2F%2Fci.example.test%2Fplugins%2Fservlet%2Foauth%2Frequest-token&oauth_callback%3Dhttps%253A%252F' +
          '%252Fbb.example.test%252Fplugins%252Fservlet%252Fapplinks%252Foauth%252Flogin-dance%252Faccess%253F' +
          'applicationLinkID%253D9fcb1f80-cf06-3129-bdea-f3b25b1aa9e3%26oauth_consumer_key%3DBitbucket%253A0123456789' +
          '%26oauth_nonce%3Dn-0100%26oauth_signature_method%3DRSA-SHA1%26oauth_timestamp%3D1741083120' +
          '%26oauth_version%3D1.0',
      );
      const signature = Buffer.from(signed.signature, 'base64');
      expect(verify('sha1', Buffer.from(signed.baseString), publicKey, signature)).to.equal(true);
    });

    it('application call with an empty token in the name of a user', () => {
      const signed = signRequest({
        method: 'GET',
        url: 'https://ci.example.test/rest/builds?limit=5&xoauth_requestor_id=jdoe%40example.test',
        identity,
        token: '',
        nonce: 'n-0101',
        ...frozen,
      });
      expect(signed.baseString).to.equal(
        'GET&https%3A%2F%2Fci.example.test%2Frest%2Fbuilds&limit%3D5%26oauth_consumer_key%3DBitbucket%253A0123456789' +
          '%26oauth_nonce%3Dn-0101%26oauth_signature_method%3DRSA-SHA1%26oauth_timestamp%3D1741083120%26oauth_token%3D' +
          '%26oauth_version%3D1.0%26xoauth_requestor_id%3Djdoe%2540example.test',
      );
      expect(signed.headers.Authorization).to.match(
        /^OAuth oauth_token="", oauth_consumer_key="Bitbucket%3A0123456789", /,
      );
    });

    it('takes the private key as PEM too', () => {
      const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
      const request = { method: 'GET', url: 'https://ci.example.test/', nonce: 'n', ...frozen };
      const fromPem = signRequest({ ...request, identity: { ...identity, privateKey: pem } });
      expect(fromPem.signature).to.equal(signRequest({ ...request, identity }).signature);
      expect(createPublicKey(pem).asymmetricKeyDetails?.modulusLength).to.equal(1024);
    });
  });

  it('signs HMAC-SHA256 otherwise than HMAC-SHA1', () => {
    const identity: SigningIdentity = {
      consumerKey: 'bitbucket-syd',
      signatureMethod: 'HMAC-SHA256',
      consumerSecret: 's3cr3t value',
    };
    const signed = signRequest({ method: 'GET', url: 'https://ci.example.test/', identity });
    expect(Buffer.from(signed.signature, 'base64')).to.have.lengthOf(32);
    expect(signed.baseString).to.include('HMAC-SHA256');
  });

  describe('places the parameters', () => {
    const request = {
      method: 'POST',
      url: 'https://ci.example.test/x?q=1',
      identity: hmac,
      nonce: 'n',
      ...frozen,
    };

    it('in the header: oauth_token first, no realm, caller parameters in the body', () => {
      const signed = signRequest({ ...request, token: 't', form: { a: 'b c', d: '' } });
      expect(signed.headers.Authorization).to.equal(
        'OAuth oauth_token="t", oauth_consumer_key="bitbucket-syd", oauth_signature_method="HMAC-SHA1", ' +
          `oauth_timestamp="1741083120", oauth_nonce="n", oauth_version="1.0", ` +
          `oauth_signature="${encodeURIComponent(signed.signature)}"`,
      );
      expect(signed.body).to.equal('a=b%20c&d=');
      expect(signed.headers['Content-Type']).to.equal('application/x-www-form-urlencoded');
      expect(signed.url).to.equal(request.url);
    });

    it('in the form body, and nothing in the header', () => {
      const signed = signRequest({ ...request, placement: 'form', form: [['a', '1']] });
      expect(signed.headers).to.deep.equal({ 'Content-Type': 'application/x-www-form-urlencoded' });
      const fields = [...new URLSearchParams(signed.body).keys()];
      expect(fields).to.deep.equal([
        'a',
        'oauth_consumer_key',
        'oauth_signature_method',
        'oauth_timestamp',
        'oauth_nonce',
        'oauth_version',
        'oauth_signature',
      ]);
    });

    it('in the query, behind what is there', () => {
      const signed = signRequest({ ...request, placement: 'query' });
      const query = new URL(signed.url).searchParams;
      expect([...query.keys()].slice(0, 2)).to.deep.equal(['q', 'oauth_consumer_key']);
      expect(query.get('oauth_signature')).to.equal(signed.signature);
      expect(signed.headers).to.deep.equal({});
      expect(signed.body).to.equal(undefined);
    });

    it('with a realm that is not signed', () => {
      const signed = signRequest({ ...request, realm: 'https://ci.example.test' });
      expect(signed.headers.Authorization).to.match(/^OAuth realm="https%3A%2F%2Fci.example.test", /);
      expect(signed.signature).to.equal(signRequest(request).signature);
    });

    it('and leaves out oauth_token when there is none', () => {
      expect(signRequest(request).baseString).not.to.include('oauth_token');
    });
  });

  describe('and bodies', () => {
    const request = {
      method: 'POST',
      url: 'https://ci.example.test/x',
      identity: hmac,
      nonce: 'n',
      ...frozen,
    };
    const body = { content: '{"a":1}', contentType: 'application/json' };

    it('does not cover a raw body', () => {
      const signed = signRequest({ ...request, body });
      expect(signed.signature).to.equal(signRequest(request).signature);
      expect(signed.body).to.equal('{"a":1}');
      expect(signed.headers['Content-Type']).to.equal('application/json');
    });

    it('covers it by oauth_body_hash when asked', () => {
      const signed = signRequest({ ...request, body, bodyHash: true });
      expect(decodeURIComponent(signed.headers.Authorization!)).to.include(
        'oauth_body_hash="n4nHQM60bXQYySSnisV5QdXpZSA="',
      );
    });

    it('refuses a raw body together with form parameters', () => {
      expect(() => signRequest({ ...request, body, form: { a: 'b' } })).to.throw(TypeError, 'not both');
      expect(() => signRequest({ ...request, body, placement: 'form' })).to.throw(TypeError, 'not both');
    });

    it('keeps the order and the duplicates of a form', () => {
      const form = [
        ['b', '2'],
        ['a', '1'],
        ['b', '1'],
      ] as const;
      const signed = signRequest({ ...request, form });
      expect(signed.body).to.equal('b=2&a=1&b=1');
      expect(signed.baseString).to.match(/x&a%3D1%26b%3D1%26b%3D2%26oauth_/);
    });
  });

  it('makes a new nonce and takes the present time when they are not given', () => {
    const request = {
      method: 'GET',
      url: 'https://ci.example.test/',
      identity: hmac,
      placement: 'form',
    } as const;
    const [one, other] = [signRequest(request), signRequest(request)].map(
      ({ body }) => new URLSearchParams(body),
    );
    expect(one!.get('oauth_nonce'))
      .to.match(/^[0-9a-f]{32}$/)
      .and.not.equal(other!.get('oauth_nonce'));
    expect(Number(one!.get('oauth_timestamp'))).to.be.closeTo(Date.now() / 1000, 5);
  });

  it('drops a fragment, which is never sent', () => {
    expect(signRequest({ method: 'GET', url: 'https://h/a#b', identity: hmac }).url).to.equal('https://h/a');
  });

  it('changes parameters after signing when it plays a tampering consumer', () => {
    const signed = signRequest({
      method: 'GET',
      url: 'https://h/',
      identity: hmac,
      placement: 'form',
      tamper: (parameters) => [...parameters, ['oauth_nonce', 'twice']],
    });
    expect(new URLSearchParams(signed.body).getAll('oauth_nonce')).to.have.lengthOf(2);
    expect(signed.baseString).not.to.include('twice');
  });

  it('throws for an address that is not absolute', () => {
    expect(() => signRequest({ method: 'GET', url: '/job/demo/build', identity: hmac })).to.throw(TypeError);
  });
});
