/** What was delivered is acted on at least once, in order for each repository, across processes and restarts (jenkins-integration.md part G). */
import { mkdtempSync, rmSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { sqliteStore, type EventMap } from 'express-applinks';
import {
  refsChanged,
  repository,
  sendWebhook,
  startBitbucketCi,
  startSibling,
  type BitbucketCi,
} from '../../support/bitbucket-ci.js';

const all = { limit: 100, offset: 0 };
const commit = (digit: number): string => String(digit).repeat(40);

describe('The inbox of webhooks', () => {
  let ci: BitbucketCi;
  let url: string;
  let secret: string;
  let folder: string;
  const start = async (options: Parameters<typeof startBitbucketCi>[0] = {}): Promise<void> => {
    folder = mkdtempSync(join(tmpdir(), 'applinks-inbox-'));
    ci = await startBitbucketCi(options, { store: sqliteStore(join(folder, 'applinks.db')) });
    const target = { linkId: ci.link.id, ...repository };
    await ci.bitbucket.webhooks.register(target, { refs: true }, [ci.credential]);
    url = ci.peer.hooks[0]!.url;
    secret = ci.peer.hooks[0]!.configuration.secret as string;
  };
  afterEach(async () => {
    await ci.close();
    rmSync(folder, { recursive: true });
  });

  const push = async (slug: string, digit: number, id?: string): Promise<unknown> => {
    const sent = { event: 'repo:refs_changed', secret, ...(id === undefined ? {} : { id }) };
    const answer = await sendWebhook(url, refsChanged(slug, commit(digit)), sent);
    expect(answer.status).to.equal(200);
    return answer.body.repeated;
  };
  const tick = () => ci.app.applinks.tick();
  const failures = (): EventMap['webhook.failed'][] =>
    ci.heard.flatMap((event) => (event.name === 'webhook.failed' ? [event] : []));
  /** Notes `slug digit` of each push that is acted on. */
  const noteOn = (bitbucket = ci.bitbucket, seen: string[] = []): string[] => {
    bitbucket.on('repo:refs_changed', ({ repository: { slug }, changes }) => {
      seen.push(`${slug} ${changes[0]!.toHash[0]!}`);
    });
    return seen;
  };

  it('a delivery that comes twice acts once', async () => {
    await start();
    const seen = noteOn();
    expect(await push('widget', 1, 'same')).to.equal(false);
    expect(await push('widget', 1, 'same')).to.equal(true);
    await tick();
    expect(await push('widget', 1, 'same')).to.equal(true);
    await tick();
    expect(seen).to.deep.equal(['widget 1']);
    expect(ci.heard.filter((event) => 'isRepeated' in event && event.isRepeated)).to.have.length(2);
  });

  it('a delivery that comes to two processes at once acts once, and is known after a restart', async () => {
    await start();
    const sibling = await startSibling(ci, sqliteStore(join(folder, 'applinks.db')));
    const seen = noteOn(sibling.bitbucket, noteOn());
    const there = url.replace(ci.app.baseUrl, sibling.app.baseUrl);
    const sent = { event: 'repo:refs_changed', secret, id: 'same' };
    const answers = await Promise.all([url, there].map((each) => sendWebhook(each, refsChanged(), sent)));
    expect(answers.filter(({ body }) => body.repeated === false)).to.have.length(1);
    await Promise.all([tick(), sibling.app.applinks.tick()]);
    expect(seen).to.deep.equal(['widget 2']);
    await sibling.app.close();
    const restarted = await startSibling(ci, sqliteStore(join(folder, 'applinks.db')));
    const again = await sendWebhook(url.replace(ci.app.baseUrl, restarted.app.baseUrl), refsChanged(), sent);
    expect(again.body.repeated).to.equal(true);
    await restarted.app.close();
  });

  it('what a process had begun when it died is taken up by another', async () => {
    await start();
    await push('widget', 1);
    expect(await ci.app.store.deliveries.claim(ci.clock.now(), ci.clock.now() + 40_000)).to.include({
      attempts: 1,
    });
    const seen = noteOn();
    await tick();
    expect(seen).to.deep.equal([]);
    ci.clock.advance(40_001);
    await tick();
    expect(seen).to.deep.equal(['widget 1']);
  });

  it('order is kept for each repository, one at a time, while others go on', async () => {
    await start();
    const seen: string[] = [];
    let running = 0;
    let most = 0;
    ci.bitbucket.on('repo:refs_changed', async ({ repository: { slug }, changes }) => {
      most = slug === 'widget' ? Math.max(most, (running += 1)) : most;
      await sleep(slug === 'widget' ? 20 : 1);
      if (slug === 'widget') running -= 1;
      seen.push(`${slug} ${changes[0]!.toHash[0]!}`);
    });
    for (const digit of [1, 2, 3]) await push('widget', digit);
    await push('gadget', 4);
    await tick();
    expect(seen.filter((each) => each.startsWith('widget'))).to.deep.equal([
      'widget 1',
      'widget 2',
      'widget 3',
    ]);
    expect(seen[0]).to.equal('gadget 4');
    expect(most).to.equal(1);
  });

  it('a listener that fails is called again with growing pauses, and those behind it wait', async () => {
    await start();
    const attempts: number[] = [];
    ci.bitbucket.on('repo:refs_changed', ({ changes }, { attempt }) => {
      if (!changes[0]!.toHash.startsWith('1')) return;
      attempts.push(attempt);
      if (attempt < 3) throw new Error('The database is away.');
    });
    const seen = noteOn();
    await push('widget', 1);
    await push('widget', 2);
    await tick();
    await tick();
    expect(attempts).to.deep.equal([1]);
    ci.clock.advance(1001);
    await tick();
    ci.clock.advance(1001);
    await tick();
    expect(attempts).to.deep.equal([1, 2]);
    ci.clock.advance(1000);
    await tick();
    expect(attempts).to.deep.equal([1, 2, 3]);
    expect(seen).to.deep.equal(['widget 1', 'widget 1', 'widget 1', 'widget 2']);
    expect(failures().map(({ attempt, isDead }) => [attempt, isDead])).to.deep.equal([
      [1, false],
      [2, false],
    ]);
  });

  it('what never succeeds becomes a dead letter, blocks nobody, and can be replayed', async () => {
    await start({ webhooks: { mostAttempts: 2 } });
    let isBroken = true;
    ci.bitbucket.on('repo:refs_changed', ({ changes }) => {
      if (isBroken && changes[0]!.toHash.startsWith('1')) throw new Error('No\n such job.');
    });
    const seen = noteOn();
    await push('widget', 1);
    await push('widget', 2);
    await tick();
    ci.clock.advance(5000);
    await tick();
    expect(seen.at(-1)).to.equal('widget 2');
    const [dead, ...others] = await ci.bitbucket.deliveries.list({ state: 'dead' }, all);
    expect(others).to.deep.equal([]);
    expect(dead).to.include({ attempts: 2, lastError: 'No such job.', linkId: ci.link.id });
    expect(failures().at(-1)).to.include({ deliveryId: dead!.id, attempt: 2, isDead: true });
    isBroken = false;
    expect(await ci.bitbucket.deliveries.replay(dead!.id)).to.equal(true);
    expect(await ci.bitbucket.deliveries.replay(dead!.id)).to.equal(false);
    await tick();
    expect(seen.at(-1)).to.equal('widget 1');
    expect(await ci.bitbucket.deliveries.list({ state: 'dead' }, all)).to.deep.equal([]);
  });

  it('a delivery that ends the process each time is dead at last', async () => {
    await start({ webhooks: { mostAttempts: 2 } });
    const seen = noteOn();
    await push('widget', 1);
    for (let crash = 0; crash < 2; crash += 1) {
      await ci.app.store.deliveries.claim(ci.clock.now(), ci.clock.now() + 1);
      ci.clock.advance(10);
    }
    await tick();
    expect(seen).to.deep.equal([]);
    expect(await ci.bitbucket.deliveries.list({ state: 'dead' }, all)).to.have.length(1);
  });

  it('a listener that hangs has failed when its time is over, and is told so', async () => {
    await start({ webhooks: { listenerTimeoutMs: 100 } });
    let told = false;
    ci.bitbucket.on('repo:refs_changed', (_, { signal }) => {
      signal.addEventListener('abort', () => (told = true));
      return new Promise(() => undefined);
    });
    await push('widget', 1);
    await tick();
    expect(told).to.equal(true);
    const [delivery] = await ci.bitbucket.deliveries.list({}, all);
    expect(delivery).to.include({ state: 'queued', lastError: 'It took longer than 100 ms.' });
  });

  it('run() acts at once on what comes in, and ends when it is told to', async () => {
    await start();
    const acted = new Promise<string>((resolve) => {
      ci.bitbucket.on('repo:refs_changed', (_, { link }) => {
        resolve(link.name);
      });
    });
    const stop = new AbortController();
    const running = ci.app.applinks.run({ signal: stop.signal });
    await push('widget', 1);
    expect(await acted).to.equal(ci.link.name);
    stop.abort();
    await running;
  });

  it('marks of what is done are swept when a repeat can no longer come', async () => {
    await start();
    noteOn();
    await push('widget', 1, 'same');
    await tick();
    ci.clock.advance(6 * 24 * 60 * 60_000);
    await tick();
    expect(await push('widget', 1, 'same')).to.equal(true);
    ci.clock.advance(24 * 60 * 60_000 + 1000);
    await tick();
    expect(await ci.bitbucket.deliveries.list({}, all)).to.deep.equal([]);
  });
});
