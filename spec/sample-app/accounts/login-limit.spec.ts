import { expect } from 'chai';
import { createLoginLimit } from '../../../sample-app/accounts/login-limit.js';

describe('the limit of failed logins', () => {
  it('counts per address and name, in any case of letters', async () => {
    const limit = createLoginLimit(2, 100);
    await limit.fail('1.1.1.1', 'ada');
    expect(await limit.retryAfterSeconds('1.1.1.1', 'ada')).to.equal(0);
    await limit.fail('1.1.1.1', 'ADA');
    expect(await limit.retryAfterSeconds('1.1.1.1', 'Ada')).to.be.within(1, 900);
    expect(await limit.retryAfterSeconds('2.2.2.2', 'ada')).to.equal(0);
    expect(await limit.retryAfterSeconds('1.1.1.1', 'bob')).to.equal(0);
  });

  it('counts per address whatever the name, so that trying many names does not help', async () => {
    const limit = createLoginLimit(100, 3);
    for (const name of ['a', 'b', 'c']) await limit.fail('1.1.1.1', name);
    expect(await limit.retryAfterSeconds('1.1.1.1', 'd')).to.be.within(1, 900);
    expect(await limit.retryAfterSeconds('2.2.2.2', 'a')).to.equal(0);
  });

  it('takes a try back that was right, and no more than that one from the address', async () => {
    const limit = createLoginLimit(2, 2);
    await limit.fail('1.1.1.1', 'ada');
    await limit.fail('1.1.1.1', 'ada');
    await limit.succeed('1.1.1.1', 'ada');
    expect(await limit.retryAfterSeconds('1.1.1.1', 'ada')).to.equal(0);
    await limit.fail('1.1.1.1', 'bob');
    expect(await limit.retryAfterSeconds('1.1.1.1', 'ada')).to.be.within(1, 900);
  });
});
