import { expect } from 'chai';
import { memoryRateLimiter } from '../../../plugin/http/rate-limiter.js';

describe('The rate limiter of the token endpoints', () => {
  let nowMs: number;
  const create = (keys = 100) =>
    memoryRateLimiter({ failures: 3, windowMs: 60_000, keys, clock: () => nowMs });
  const failTimes = (limiter: ReturnType<typeof create>, key: string, times: number): void => {
    for (let time = 0; time < times; time += 1) void limiter.fail(key);
  };
  beforeEach(() => {
    nowMs = 1_000_000;
  });

  it('lets a caller try until the failures of the window are used up', () => {
    const limiter = create();
    failTimes(limiter, 'a', 2);
    expect(limiter.retryAfterSeconds('a')).to.equal(0);
    failTimes(limiter, 'a', 1);
    expect(limiter.retryAfterSeconds('a')).to.equal(60);
  });

  it('counts each caller alone', () => {
    const limiter = create();
    failTimes(limiter, 'a', 3);
    expect(limiter.retryAfterSeconds('b')).to.equal(0);
  });

  it('tells the seconds that are left, rounded up', () => {
    const limiter = create();
    failTimes(limiter, 'a', 3);
    nowMs += 30_500;
    expect(limiter.retryAfterSeconds('a')).to.equal(30);
  });

  it('forgets when the window has passed', () => {
    const limiter = create();
    failTimes(limiter, 'a', 3);
    nowMs += 60_000;
    expect(limiter.retryAfterSeconds('a')).to.equal(0);
    failTimes(limiter, 'a', 2);
    expect(limiter.retryAfterSeconds('a')).to.equal(0);
  });

  it('does not prolong the window by further failures', () => {
    const limiter = create();
    failTimes(limiter, 'a', 3);
    nowMs += 59_000;
    failTimes(limiter, 'a', 5);
    expect(limiter.retryAfterSeconds('a')).to.equal(1);
  });

  it('keeps a bounded number of callers, the newest ones', () => {
    const limiter = create(2);
    for (const key of ['a', 'b', 'c']) failTimes(limiter, key, 3);
    expect(limiter.retryAfterSeconds('a')).to.equal(0);
    expect(limiter.retryAfterSeconds('b')).to.equal(60);
    expect(limiter.retryAfterSeconds('c')).to.equal(60);
  });
});
