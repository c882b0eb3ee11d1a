import { expect } from 'chai';
import { createHmac, createPublicKey, createSign, createVerify, generateKeyPairSync } from 'node:crypto';
import { signatureBaseString } from '../../../plugin/oauth1/base-string.js';
import { parseForm } from '../../../plugin/oauth1/encoding.js';
import { sign, verifySignature } from '../../../plugin/oauth1/signature.js';
import type { SigningKey, VerificationKey } from '../../../plugin/oauth1/signature.js';
import { keys, methods, rsaPair } from './signing.js';

function hmacKey(consumerSecret: string, tokenSecret: string): SigningKey & VerificationKey {
  return { method: 'HMAC-SHA1', consumerSecret, tokenSecret };
}

interface Vector {
  what: string;
  request: [method: string, url: string, parameters: string];
  secrets: [consumerSecret: string, tokenSecret: string];
  signature: string;
}

const photos = 'oauth_consumer_key=dpf43f3p2l4k3l03&oauth_signature_method=HMAC-SHA1';
const jenkins = 'oauth_consumer_key=bitbucket-syd&oauth_signature_method=HMAC-SHA1&oauth_timestamp=1741083120&oauth_version=1.0'; // prettier-ignore

const vectors: Vector[] = [
  {
    what: 'RFC 5849 1.2, temporary credentials',
    request: [
      'POST',
      'https://photos.example.net/initiate',
      `${photos}&oauth_timestamp=137131200&oauth_nonce=wIjqoS&oauth_callback=http%3A%2F%2Fprinter.example.com%2Fready`,
    ],
    secrets: ['kd94hf93k423kf44', ''],
    signature: '74KNZJeDHnMBp0EMJ9ZHt/XKycU=',
  },
  {
    what: 'RFC 5849 1.2, token credentials',
    request: [
      'POST',
      'https://photos.example.net/token',
      `${photos}&oauth_token=hh5s93j4hdidpola&oauth_timestamp=137131201&oauth_nonce=walatlh&oauth_verifier=hfdp7dh39dks9884`,
    ],
    secrets: ['kd94hf93k423kf44', 'hdhd0244k9j7ao03'],
    signature: 'gKgrFCywp7rO0OXSjdot/IHF7IU=',
  },
  {
    what: 'RFC 5849 1.2, the photo',
    request: [
      'GET',
      'http://photos.example.net/photos?file=vacation.jpg&size=original',
      `${photos}&oauth_token=nnch734d00sl2jdk&oauth_timestamp=137131202&oauth_nonce=chapoH&file=vacation.jpg&size=original`,
    ],
    secrets: ['kd94hf93k423kf44', 'pfkkdhi9sl3r4s00'],
    signature: 'MdpQcU8iPSUjWoN/UDMsK2sui9I=',
  },
  {
    what: 'RFC 5849 3.4.1.1, with the secrets of its erratum',
    request: [
      'POST',
      'http://example.com/request',
      'b5=%3D%253D&a3=a&c%40=&a2=r%20b&c2&a3=2+q&oauth_consumer_key=9djdj82h48djs9d2&oauth_token=kkk9d7dh3k39sjv7' +
        '&oauth_signature_method=HMAC-SHA1&oauth_timestamp=137131201&oauth_nonce=7d8f3e4a',
    ],
    secrets: ['j49sk3j29djd', 'dh893hdasih9'],
    signature: 'r6/TJjbCOr97/+UU0NsvSne7s5g=',
  },
  {
    what: 'OAuth Core 1.0, appendix A',
    request: [
      'GET',
      'http://photos.example.net/photos',
      `${photos}&oauth_token=nnch734d00sl2jdk&oauth_timestamp=1191242096&oauth_nonce=kllo9940pd9333jh&oauth_version=1.0` +
        '&file=vacation.jpg&size=original',
    ],
    secrets: ['kd94hf93k423kf44', 'pfkkdhi9sl3r4s00'],
    signature: 'tR3+Ty81lMeYAr/Fid0kMTYa/WM=',
  },
  {
    what: 'jenkins-integration.md A12, request token',
    request: [
      'POST',
      'https://ci.example.test/bitbucket/oauth/request-token',
      `${jenkins}&oauth_nonce=n-0001&oauth_callback=https%3A%2F%2Fbb.example.test%2Fplugins%2Fservlet%2Fapplinks%2Foauth` +
        '%2Flogin-dance%2Faccess%3Fid%3D1',
    ],
    secrets: ['s3cr3t value', ''],
    signature: 'KKUH/CBjCLdZKEmbI1MPD0Cl9Z4=',
  },
  {
    what: 'jenkins-integration.md A12, access token',
    request: [
      'POST',
      'https://ci.example.test/bitbucket/oauth/access-token',
      `${jenkins}&oauth_nonce=n-0002&oauth_token=6f1c2f0e-6a8e-4c5e-9a2d-0b5c7f1e2d3a&oauth_verifier=aB3dE9`,
    ],
    secrets: ['s3cr3t value', 'req-token-secret_0123456789'],
    signature: 'LniWx4g9pOPuL6R6RHC/XdsTEm0=',
  },
  {
    what: 'jenkins-integration.md A12, build',
    request: [
      'POST',
      'https://ci.example.test/job/shop/build',
      `${jenkins}&oauth_nonce=n-0003&oauth_token=0d9b7a54-3c1e-4f60-8b2a-9e8d7c6b5a40&delay=0sec`,
    ],
    secrets: ['s3cr3t value', 'acc-token-secret_0123456789'],
    signature: '4ulHRdEM33BvduZyKrDKIFB2mqE=',
  },
];

describe('Signature vectors', () => {
  for (const { what, request, secrets, signature } of vectors) {
    const [method, url, parameters] = request;
    const base = signatureBaseString({ method, url, pairs: parseForm(parameters) });
    it(`${what}: is signed so`, () => expect(sign(base, hmacKey(...secrets))).to.equal(signature));
    it(`${what}: verifies`, () =>
      expect(verifySignature(base, signature, hmacKey(...secrets))).to.equal(true));
  }

  it('of oauth.net for the key alone: both secrets, always joined by &', () => {
    expect(sign('bs', hmacKey('cs', ''))).to.equal('egQqG5AJep5sJ7anhXju1unge2I=');
    expect(sign('bs', hmacKey('cs', 'ts'))).to.equal('VZVjXceV7JgPq/dOTnNmEfO0Fv8=');
  });

  /** Only the public half of the key that oauth.net published with its test case for RSA-SHA1. */
  const published = {
    method: 'RSA-SHA1' as const,
    publicKey: createPublicKey({
      key: Buffer.from(
        'MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQC0YjCwIfYoprq/FQO6lb3asXrxLlJFuCvtinTF5p0GxvQGu5O3gYytUvtC2JlYzypSRjVx' +
          'wxrsuRcP3e641SdASwfrmzyvIgP08N4S0IFzEURkV1wp/IpH7kH41EtbmUmrXSwfNZsnQRE5SYSOhh+LcK2wyQkdgcMv11l4KoBkcwIDAQAB',
        'base64',
      ),
      format: 'der',
      type: 'spki',
    }),
  };
  const publishedBase =
    'GET&http%3A%2F%2Fphotos.example.net%2Fphotos&file%3Dvacaction.jpg%26oauth_consumer_key%3Ddpf43f3p2l4k3l03' +
    '%26oauth_nonce%3D13917289812797014437%26oauth_signature_method%3DRSA-SHA1%26oauth_timestamp%3D1196666512' +
    '%26oauth_version%3D1.0%26size%3Doriginal';
  const publishedSignature =
    'jvTp/wX1TYtByB1m+Pbyo0lnCOLIsyGCH7wke8AUs3BpnwZJtAuEJkvQL2/9n4s5wUmUl4aCI4BwpraNx4RtEXMe5qg5T1LVTGliMRpKasKs' +
    'W//e+RinhejgCuzoH26dyF8iY2ZZ/5D1ilgeijhV/vBka5twt399mXwaYdCwFYE=';

  it('of oauth.net for RSA-SHA1', () => {
    expect(verifySignature(publishedBase, publishedSignature, published)).to.equal(true);
    expect(verifySignature(`${publishedBase}1`, publishedSignature, published)).to.equal(false);
  });
});

describe('The key of an HMAC signature', () => {
  const secrets: [consumerSecret: string, tokenSecret: string, secret: string][] = [
    ['s3cr3t value', '', 's3cr3t%20value&'],
    ['', '', '&'],
    ['', 't', '&t'],
    ['a&b', 'c', 'a%26b&c'],
    ['a', 'b&c', 'a&b%26c'],
    ['a+b', 'c%20', 'a%2Bb&c%2520'],
    ["é!'()*", '\u{1f600}', '%C3%A9%21%27%28%29%2A&%F0%9F%98%80'],
  ];
  for (const [consumerSecret, tokenSecret, secret] of secrets) {
    it(`is ${secret}`, () => {
      const sha1 = createHmac('sha1', secret).update('base&é').digest('base64');
      const sha256 = createHmac('sha256', secret).update('base&é').digest('base64');
      expect(sign('base&é', { method: 'HMAC-SHA1', consumerSecret, tokenSecret })).to.equal(sha1);
      expect(sign('base&é', { method: 'HMAC-SHA256', consumerSecret, tokenSecret })).to.equal(sha256);
      expect(verifySignature('base&é', sha1, { method: 'HMAC-SHA1', consumerSecret, tokenSecret })).to.equal(
        true,
      );
      expect(
        verifySignature('base&é', sha256, { method: 'HMAC-SHA256', consumerSecret, tokenSecret }),
      ).to.equal(true);
    });
  }
});

describe('RSA-SHA1 against node:crypto', () => {
  for (const modulusLength of [1024, 2048, 3072]) {
    it(`with ${modulusLength} bits, both ways`, () => {
      const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength });
      const ours = sign('base&é', { method: 'RSA-SHA1', privateKey });
      expect(createVerify('RSA-SHA1').update('base&é').verify(publicKey, ours, 'base64')).to.equal(true);
      const theirs = createSign('RSA-SHA1').update('base&é').sign(privateKey, 'base64');
      expect(verifySignature('base&é', theirs, { method: 'RSA-SHA1', publicKey })).to.equal(true);
    });
  }

  it('refuses the same key with another digest', () => {
    const sha256 = createSign('RSA-SHA256').update('base').sign(rsaPair.privateKey, 'base64');
    expect(verifySignature('base', sha256, keys['RSA-SHA1'])).to.equal(false);
  });

  it('refuses the signature of another key', () => {
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const other = sign('base', { method: 'RSA-SHA1', privateKey });
    expect(verifySignature('base', other, keys['RSA-SHA1'])).to.equal(false);
  });
});

describe('False positives of a signature', () => {
  const base = 'POST&https%3A%2F%2Fci.example.test%2Fjob%2Fshop%2Fbuild&delay%3D0sec%26oauth_nonce%3Dn-0003';

  for (const method of methods) {
    const key = keys[method];
    const signature = sign(base, key);

    it(`${method}: every flipped bit of the signature is refused`, () => {
      const bytes = Buffer.from(signature, 'base64');
      for (let bit = 0; bit < bytes.length * 8; bit += 1) {
        const changed = Buffer.from(bytes);
        changed.writeUInt8(changed.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3);
        expect(verifySignature(base, changed.toString('base64'), key), `bit ${bit}`).to.equal(false);
      }
    });

    it(`${method}: every flipped bit of the base string is refused`, () => {
      for (let bit = 0; bit < base.length * 8; bit += 1) {
        const code = base.charCodeAt(bit >> 3) ^ (1 << (bit & 7));
        const changed = base.slice(0, bit >> 3) + String.fromCharCode(code) + base.slice((bit >> 3) + 1);
        expect(verifySignature(changed, signature, key), `bit ${bit}`).to.equal(false);
      }
    });

    it(`${method}: every other character in the signature's place is refused, another spelling too`, () => {
      for (let index = 0; index < signature.length; index += 1) {
        for (const character of 'Ab9+/=-_ ') {
          if (signature[index] === character) continue;
          const changed = signature.slice(0, index) + character + signature.slice(index + 1);
          expect(verifySignature(base, changed, key), changed).to.equal(false);
        }
      }
    });

    it(`${method}: what a lenient Base64 decoder would take is refused`, () => {
      const padding = signature.endsWith('==') ? '==' : '=';
      const [body, last] = [signature.slice(0, -padding.length - 1), signature.at(-padding.length - 1) ?? ''];
      const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
      const sameBytes = body + (alphabet[alphabet.indexOf(last) + 1] ?? '') + padding;
      expect(Buffer.from(sameBytes, 'base64')).to.deep.equal(Buffer.from(signature, 'base64'));
      const spellings = [
        sameBytes,
        signature.replace(/=+$/, ''),
        `${signature}=`,
        `${signature}A`,
        ` ${signature}`,
        `${signature} `,
        `${signature}\n`,
        `${signature.slice(0, 10)}\n${signature.slice(10)}`,
        `${signature.slice(0, 10)}!${signature.slice(10)}`,
        Buffer.from(signature, 'base64').toString('base64url'),
        Buffer.from(signature, 'base64').toString('hex'),
        encodeURIComponent(signature),
        signature.toLowerCase(),
        signature + signature,
      ];
      for (const spelling of spellings) {
        expect(verifySignature(base, spelling, key), JSON.stringify(spelling)).to.equal(false);
      }
    });

    it(`${method}: garbage of any length is false, not an exception`, () => {
      const garbage = [
        '',
        '=',
        'A',
        'AAAA',
        '\0',
        'é',
        '\u{1f600}',
        '\ud800',
        'x'.repeat(28),
        'x'.repeat(44),
      ];
      garbage.push(
        'é'.repeat(signature.length),
        '\u{1f600}'.repeat(signature.length / 4),
        'A'.repeat(100_000),
      );
      for (const text of garbage) expect(verifySignature(base, text, key)).to.equal(false);
    });

    it(`${method}: a character that has a signature's byte in its lower half is refused`, () => {
      for (let index = 0; index < signature.length; index += 1) {
        const wide = String.fromCharCode(signature.charCodeAt(index) + 0x100);
        expect(
          verifySignature(base, signature.slice(0, index) + wide + signature.slice(index + 1), key),
        ).to.equal(false);
      }
    });

    it(`${method}: the signature of another method is refused`, () => {
      for (const other of methods) {
        if (other !== method) expect(verifySignature(base, sign(base, keys[other]), key)).to.equal(false);
      }
    });
  }

  for (const method of ['HMAC-SHA1', 'HMAC-SHA256'] as const) {
    const right = { method, consumerSecret: 'consumer secret', tokenSecret: 'token secret' };
    const wrong: [what: string, consumerSecret: string, tokenSecret: string][] = [
      ['one character of the consumer secret', 'consumer secreT', right.tokenSecret],
      ['one bit of the consumer secret', 'bonsumer secret', right.tokenSecret],
      ['one character of the token secret', right.consumerSecret, 'token-secret'],
      ['one bit of the token secret', right.consumerSecret, 'uoken secret'],
      ['a consumer secret that is cut', 'consumer secre', right.tokenSecret],
      ['a space behind the token secret', right.consumerSecret, 'token secret '],
      ['the secrets exchanged', right.tokenSecret, right.consumerSecret],
      ['the secrets in one', 'consumer secret&token secret', ''],
      ['no consumer secret', '', right.tokenSecret],
      ['no token secret', right.consumerSecret, ''],
      ['no secrets', '', ''],
      ['an escaped consumer secret', 'consumer%20secret', right.tokenSecret],
    ];
    for (const [what, consumerSecret, tokenSecret] of wrong) {
      it(`${method}: refused with ${what}`, () => {
        const signature = sign(base, { method, consumerSecret, tokenSecret });
        expect(verifySignature(base, signature, { method, consumerSecret, tokenSecret })).to.equal(true);
        expect(verifySignature(base, signature, right)).to.equal(false);
      });
    }
  }
});
