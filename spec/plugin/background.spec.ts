import { expect } from 'chai';
import { repeat } from '../../plugin/background.js';
import { quietLogger } from '../../plugin/logger.js';

const timers = (): number => process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length;
const soon = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('Background work', () => {
  it('begins at once and waits between two passes', async () => {
    const abort = new AbortController();
    let passes = 0;
    const tick = (): Promise<void> => Promise.resolve(void (passes += 1));
    const running = repeat(tick, abort.signal, quietLogger);
    for (let turn = 0; turn < 20; turn += 1) await soon();
    expect(passes).to.equal(1);
    abort.abort();
    await running;
  });

  it('ends when it is told to and leaves no timer', async () => {
    await soon(); // mocha starts the timer of an asynchronous test when its first part is over
    const before = timers();
    const abort = new AbortController();
    const running = repeat(() => Promise.resolve(), abort.signal, quietLogger);
    await soon();
    expect(timers()).to.equal(before + 1);
    abort.abort();
    await running;
    expect(timers()).to.equal(before);
  });

  it('does nothing when it was ended before it began', async () => {
    let passes = 0;
    const tick = (): Promise<void> => Promise.resolve(void (passes += 1));
    await repeat(tick, AbortSignal.abort(), quietLogger);
    expect(passes).to.equal(0);
  });

  it('lets a pass that is under way come to its end', async () => {
    const abort = new AbortController();
    const events: string[] = [];
    let finish = (): void => undefined;
    const tick = async (): Promise<void> => {
      await new Promise<void>((resolve) => (finish = resolve));
      events.push('pass ended');
    };
    const running = repeat(tick, abort.signal, quietLogger).then(() => events.push('run ended'));
    abort.abort();
    await soon();
    expect(events).to.be.empty;
    finish();
    await running;
    expect(events).to.deep.equal(['pass ended', 'run ended']);
  });

  it('survives a pass that fails, and says so', async () => {
    const abort = new AbortController();
    const logged: unknown[] = [];
    const logger = {
      ...quietLogger,
      error: (fields: object, message: string) => void logged.push([fields, message]),
    };
    const failure = new Error('database is away');
    const running = repeat(() => Promise.reject(failure), abort.signal, logger);
    await soon();
    expect(logged).to.deep.equal([[{ err: failure }, 'express-applinks: background work failed']]);
    abort.abort();
    await running;
  });
});
