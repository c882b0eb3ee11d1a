import { expect } from 'chai';
import { refererFor } from '../../../../plugin/testing/browser/referrer.js';

const page = 'https://user:pw@app.example/a/b?c=d#e';
const whole = 'https://app.example/a/b?c=d';
const origin = 'https://app.example/';

const targets = {
  'the same origin': 'https://app.example/x',
  'another origin': 'https://other.example/x',
  'plain http': 'http://other.example/x',
} as const;

describe('Referer of the mini browser (Referrer Policy, section 8.3)', () => {
  for (const [policy, same, cross, plain] of [
    [undefined, whole, origin, undefined],
    ['', whole, origin, undefined],
    ['no-referrer', undefined, undefined, undefined],
    ['no-referrer-when-downgrade', whole, whole, undefined],
    ['origin', origin, origin, origin],
    ['origin-when-cross-origin', whole, origin, origin],
    ['same-origin', whole, undefined, undefined],
    ['strict-origin', origin, origin, undefined],
    ['strict-origin-when-cross-origin', whole, origin, undefined],
    ['unsafe-url', whole, whole, whole],
    ['no-referrer, strict-origin', origin, origin, undefined],
    ['Same-Origin, something-new', whole, undefined, undefined],
  ] as const) {
    it(`by the policy "${policy ?? 'none'}"`, () => {
      const said = Object.values(targets).map((target) => refererFor({ url: page, policy }, target));
      expect(said).to.deep.equal([same, cross, plain]);
    });
  }

  it('leaves out user name, password and fragment', () => {
    expect(refererFor({ url: page, policy: 'unsafe-url' }, targets['the same origin'])).to.equal(whole);
  });
});
