import { expect } from 'chai';
import { bodyHash } from '../../../plugin/oauth1/body-hash.js';

describe('Body hash', () => {
  it("is that of the extension's examples, by SHA-1", () => {
    expect(bodyHash('HMAC-SHA1', Buffer.from('Hello World!'))).to.equal('Lve95gjOVATpfV8EL5X4nxwjKHE=');
    expect(bodyHash('HMAC-SHA1', new Uint8Array())).to.equal('2jmj7l5rSw0yVb/vlWAYkK/YBwk=');
  });

  it('is by SHA-1 for RSA-SHA1 too', () => {
    expect(bodyHash('RSA-SHA1', Buffer.from('Hello World!'))).to.equal('Lve95gjOVATpfV8EL5X4nxwjKHE=');
  });

  it('is by SHA-256 for HMAC-SHA256', () => {
    expect(bodyHash('HMAC-SHA256', new Uint8Array())).to.equal(
      '47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=',
    );
  });

  it('covers bytes, not text', () => {
    expect(bodyHash('HMAC-SHA1', Uint8Array.of(0xff, 0, 0xfe))).to.not.equal(
      bodyHash('HMAC-SHA1', Uint8Array.of(0xff)),
    );
  });
});
