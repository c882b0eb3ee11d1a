import { expect } from 'chai';
import { digest } from '../../../plugin/store/digest.js';

describe('Digest of a token', () => {
  it('is SHA-256 in base64url', () => {
    expect(digest('abc')).to.equal('ungWv48Bz-pBQUDeXa4iI7ADYaOWF3qctBD_YfIAFa0');
    expect(digest('')).to.equal('47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU');
  });

  it('covers text as UTF-8', () => expect(digest('é')).to.not.equal(digest('e')));
});
