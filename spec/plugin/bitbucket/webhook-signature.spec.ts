/** The signature of a webhook, by vectors that were made by hand. */
import { createHmac } from 'node:crypto';
import { expect } from 'chai';
import { isSignedBy } from '../../../plugin/bitbucket/webhook-signature.js';

describe('The signature of a webhook', () => {
  /** RFC 4231, test case 2. */
  const body = Buffer.from('what do ya want for nothing?');
  const secret = 'Jefe';
  const hex = '5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843';

  it('is the HMAC-SHA256 of the raw body in hex, in either case', () => {
    expect(isSignedBy(body, `sha256=${hex}`, [secret])).to.equal(true);
    expect(isSignedBy(body, `sha256=${hex.toUpperCase()}`, [secret])).to.equal(true);
  });

  it('may be by any of several secrets, while they rotate', () => {
    expect(isSignedBy(body, `sha256=${hex}`, ['new', secret])).to.equal(true);
    expect(isSignedBy(body, `sha256=${hex}`, ['new', 'other'])).to.equal(false);
  });

  it('covers each byte', () => {
    expect(isSignedBy(Buffer.concat([body, Buffer.from('\n')]), `sha256=${hex}`, [secret])).to.equal(false);
  });

  for (const wrong of [
    '',
    hex,
    'sha256=',
    `sha256=${hex.slice(2)}`,
    `sha256=${hex}00`,
    `sha1=${hex}`,
    ` sha256=${hex}`,
    `sha256=${'0'.repeat(64)}`,
    `sha256=${hex.slice(0, 63)}g`,
  ]) {
    it(`is not “${wrong.slice(0, 20)}” (${wrong.length} characters)`, () => {
      expect(isSignedBy(body, wrong, [secret])).to.equal(false);
    });
  }

  it('is never right without a secret, not even by the one that stands in for it', () => {
    const stand = createHmac('sha256', 'the secret of no webhook').update(body).digest('hex');
    expect(isSignedBy(body, `sha256=${stand}`, [])).to.equal(false);
  });
});
