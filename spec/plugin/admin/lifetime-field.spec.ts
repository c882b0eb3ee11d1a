import { expect } from 'chai';
import { describeLifetime, readLifetime, showLifetime } from '../../../plugin/admin/lifetime-field.js';

const minute = 60_000;
const day = 24 * 60 * minute;

describe('A lifetime in a form', () => {
  for (const [ms, amount, unit] of [
    [minute, '1', 'minutes'],
    [10 * minute, '10', 'minutes'],
    [60 * minute, '1', 'hours'],
    [90 * minute, '90', 'minutes'],
    [day, '1', 'days'],
    [36 * 60 * minute, '36', 'hours'],
    [365 * day, '365', 'days'],
  ] as const) {
    it(`shows ${ms} ms as ${amount} ${unit}, and reads that back`, () => {
      expect(showLifetime(ms)).to.deep.equal({ amount, unit });
      expect(readLifetime({ amount, unit })).to.equal(ms);
    });
  }

  it('shows what is no whole number of minutes as a fraction that reads back as the same', () => {
    for (const ms of [90_500, 61_001, 86_400_001, 100_000]) {
      const shown = showLifetime(ms);
      expect(shown.unit).to.equal('minutes');
      expect(readLifetime(shown), shown.amount).to.equal(ms);
    }
    expect(describeLifetime(90_500)).to.equal('1.51 minutes');
  });

  it('speaks of one day and of two days', () => {
    expect(describeLifetime(day)).to.equal('1 day');
    expect(describeLifetime(2 * day)).to.equal('2 days');
  });

  it('is absent when nothing was entered, whatever the unit', () => {
    expect(readLifetime({ amount: '', unit: 'nonsense' })).to.equal(undefined);
  });

  for (const amount of ['soon', '1,5', '.5', '1.', '-1', '1e3', '0x10', ' 1', '1234567890', '١']) {
    it(`is no number when it says ${JSON.stringify(amount)}`, () => {
      expect(readLifetime({ amount, unit: 'days' })).to.be.NaN;
    });
  }

  for (const unit of ['', 'years', 'Days', 'constructor', '__proto__']) {
    it(`is no number of the unit ${JSON.stringify(unit)}`, () => {
      expect(readLifetime({ amount: '1', unit })).to.be.NaN;
    });
  }
});
