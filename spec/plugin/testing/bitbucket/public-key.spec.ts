import { expect } from 'chai';
import { generateKeyPairSync } from 'node:crypto';
import { publicKeyOf, readPublicKey } from '../../../../plugin/testing/bitbucket/public-key.js';

const { publicKey } = generateKeyPairSync('rsa', { modulusLength: 1024 });
const pem = publicKey.export({ type: 'spki', format: 'pem' }).toString();
const bare = publicKey.export({ type: 'spki', format: 'der' }).toString('base64');

describe('Public key of an incoming consumer', () => {
  for (const [name, text] of [
    ['PEM', pem],
    ['PEM with CRLF', pem.replace(/\n/g, '\r\n')],
    ['bare Base64', bare],
    ['bare Base64 in lines', bare.replace(/(.{40})/g, '$1\n')],
  ] as const) {
    it(`is taken as ${name}, and kept bare`, () => {
      expect(readPublicKey(text)).to.equal(bare);
      expect(publicKeyOf(bare).equals(publicKey)).to.equal(true);
    });
  }

  const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey;
  for (const [name, text] of [
    ['PKCS#1', publicKey.export({ type: 'pkcs1', format: 'pem' }).toString()],
    ['no RSA', ec.export({ type: 'spki', format: 'pem' }).toString()],
    ['half of one', bare.slice(0, 80)],
    ['text', 'not a key'],
    ['nothing', ''],
  ] as const) {
    it(`is refused as ${name}`, () => {
      expect(readPublicKey(text)).to.equal(undefined);
      expect(() => publicKeyOf(text)).to.throw('no RSA key');
    });
  }
});
