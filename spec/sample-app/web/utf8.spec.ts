import { expect } from 'chai';
import fc from 'fast-check';
import { completeUtf8Length } from '../../../sample-app/web/utf8.js';

describe('cutting bytes where a character ends', () => {
  it('never cuts a character, and leaves at most three bytes for later', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.nat(200), (text, at) => {
        const bytes = Buffer.from(text).subarray(0, at);
        const length = completeUtf8Length(bytes);
        expect(bytes.toString('utf8', 0, length)).not.to.include('\ufffd');
        expect(text.startsWith(bytes.toString('utf8', 0, length))).to.equal(true);
        expect(bytes.length - length).to.be.lessThanOrEqual(3);
      }),
    );
  });

  it('does not hold back what is not UTF-8 at all', () => {
    expect(completeUtf8Length(Buffer.from([0x80, 0x80, 0x80, 0x80, 0x80]))).to.equal(5);
    expect(completeUtf8Length(Buffer.from([]))).to.equal(0);
  });
});
