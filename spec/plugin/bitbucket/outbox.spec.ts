/** What Bitbucket is to be told reaches it: retries of jenkins-integration.md C4 (KIT), across Bitbucket's faults and our crashes. */
import type { ServerResponse } from 'node:http';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { sqliteStore } from 'express-applinks';
import type { BuildState } from 'express-applinks/bitbucket';
import { retryAfterMs } from '../../../plugin/bitbucket/retry-after.js';
import { newConnection } from '../../../plugin/testing/store-contract/samples.js';
import { minuteMs } from '../../support/clock.js';
import { repository, startBitbucketCi, startSibling, type BitbucketCi } from '../../support/bitbucket-ci.js';

const all = { limit: 100, offset: 0 };

describe('The outbox of build statuses', () => {
  let ci: BitbucketCi;
  let folder: string;
  let siblings: Awaited<ReturnType<typeof startSibling>>[];
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'applinks-outbox-'));
    ci = await startBitbucketCi({}, { store: sqliteStore(join(folder, 'applinks.db')) });
    await ci.bitbucket.capabilities(ci.link.id, ci.credential);
    ci.peer.received.length = 0;
    siblings = [];
  });
  afterEach(async () => {
    for (const { app } of siblings) await app.close();
    await ci.close();
    rmSync(folder, { recursive: true });
  });

  const anotherProcess = async (options: Parameters<typeof startSibling>[2] = {}) => {
    const sibling = await startSibling(ci, sqliteStore(join(folder, 'applinks.db')), options);
    siblings.push(sibling);
    return sibling;
  };
  const post = (state: BuildState, key = 'shop', bitbucket = ci.bitbucket) => {
    const url = 'https://ci.example.test/job/shop/15/';
    return bitbucket.postStatus({
      linkId: ci.link.id,
      ...repository,
      commit: '2'.repeat(40),
      key,
      state,
      url,
    });
  };
  const tick = () => ci.app.applinks.tick();
  const told = (): unknown[] => ci.peer.states.map(({ key, state }) => `${String(key)} ${String(state)}`);
  const tries = (): number => ci.peer.received.filter(({ method }) => method === 'POST').length;
  const waiting = () => ci.bitbucket.outbox.list(undefined, all);
  const answer = (status: number, headers: Record<string, string> = {}, body = '') => {
    ci.peer.fault = (_, res: ServerResponse) => res.writeHead(status, headers).end(body) === res;
  };
  const recover = (): void => {
    ci.peer.fault = () => false;
  };
  const json = { 'content-type': 'application/json' };

  it('a newer state replaces an unsent older one of the same link, commit and key', async () => {
    await post('INPROGRESS');
    await post('INPROGRESS', 'other');
    await post('FAILED');
    await tick();
    expect(told()).to.have.members(['shop FAILED', 'other INPROGRESS']);
    expect(await waiting()).to.deep.equal([]);
  });

  it('a state that comes while the former is on its way follows it, never before', async () => {
    await post('INPROGRESS');
    ci.peer.fault = (call) => {
      recover();
      void post('SUCCESSFUL').then(() => call);
      return false;
    };
    await tick();
    await tick();
    expect(told()).to.deep.equal(['shop INPROGRESS', 'shop SUCCESSFUL']);
  });

  it('429 for ten minutes, as seconds: nothing is sent meanwhile, not to this server, and all of it afterwards', async () => {
    answer(429, { 'retry-after': '600' });
    await post('SUCCESSFUL');
    await tick();
    await post('FAILED', 'other');
    await tick();
    const before = tries();
    for (let minute = 0; minute < 9; minute += 1) {
      ci.clock.advance(minuteMs);
      await tick();
    }
    expect(told()).to.deep.equal([]);
    recover();
    ci.clock.advance(minuteMs + 1000);
    await tick();
    expect(told()).to.have.members(['shop SUCCESSFUL', 'other FAILED']);
    expect(tries() - before).to.be.at.most(3);
  });

  it('429 with a date, and without either: as long as is asked for, or five seconds', async () => {
    answer(429, { 'retry-after': new Date(ci.clock.now() + 30_000).toUTCString() });
    await post('SUCCESSFUL');
    await tick();
    ci.clock.advance(25_000);
    await tick();
    expect(tries()).to.equal(1);
    answer(429);
    ci.clock.advance(6000);
    await tick();
    expect(tries()).to.equal(2);
    ci.clock.advance(4000);
    await tick();
    expect(tries()).to.equal(2);
    recover();
    ci.clock.advance(1001);
    await tick();
    expect(told()).to.deep.equal(['shop SUCCESSFUL']);
  });

  it('Retry-After is read as RFC 9110 says, and kept within an hour', () => {
    const nowMs = Date.UTC(2025, 2, 4, 10, 0, 0);
    expect(retryAfterMs('120', nowMs)).to.equal(120_000);
    expect(retryAfterMs('Tue, 04 Mar 2025 10:00:30 GMT', nowMs)).to.equal(30_000);
    expect(retryAfterMs('Tue, 04 Mar 2025 09:00:00 GMT', nowMs)).to.equal(0);
    expect(retryAfterMs('99999999', nowMs)).to.equal(60 * minuteMs);
    for (const unreadable of [null, '', 'soon', '-'])
      expect(retryAfterMs(unreadable, nowMs)).to.equal(undefined);
  });

  for (const [what, fault] of [
    ['500', () => answer(500)],
    ['503', () => answer(503)],
    ['502 with a page', () => answer(502, { 'content-type': 'text/html' }, '<h1>Bad gateway</h1>')],
    ['200 with a login page', () => answer(200, { 'content-type': 'text/html' }, '<h1>Log in</h1>')],
    ['404 with a proxy’s page', () => answer(404, { 'content-type': 'text/html' }, '<h1>Nothing</h1>')],
    ['a redirect', () => answer(302, { location: 'https://login.example.test/' })],
    ['401', () => answer(401, json, '{"errors":[{"message":"Log in."}]}')],
    ['a dropped connection', () => (ci.peer.fault = (_, res) => (res.destroy(), true))],
  ] as const) {
    it(`${what}: tried again with growing pauses until it is told`, async () => {
      fault();
      await post('SUCCESSFUL');
      for (const pauseMs of [5001, 10_001, 20_001]) {
        await tick();
        const [entry] = await waiting();
        expect(entry?.lastError).to.be.a('string').and.not.equal('');
        expect(entry!.dueAtMs - ci.clock.now()).to.be.within(pauseMs - 2000, pauseMs);
        ci.clock.advance(pauseMs);
      }
      expect(tries()).to.equal(3);
      recover();
      await tick();
      expect(told()).to.deep.equal(['shop SUCCESSFUL']);
      expect(await waiting()).to.deep.equal([]);
    });
  }

  for (const status of [400, 404, 409]) {
    it(`${status} of Bitbucket’s own: given up at once, with its words`, async () => {
      answer(status, json, '{"errors":[{"message":"This commit is\\n unknown."}]}');
      await post('SUCCESSFUL');
      await tick();
      expect(await waiting()).to.deep.equal([]);
      expect(ci.heard.at(-1)).to.include({
        ...{ name: 'build_status.given_up', key: 'shop', state: 'SUCCESSFUL' },
        reason: `Bitbucket answered with status ${status}: This commit is unknown.`,
      });
    });
  }

  it('Bitbucket down for the whole of a build: the last state reaches it when it is back', async () => {
    ci.peer.fault = (_, res) => (res.destroy(), true);
    await post('INPROGRESS');
    await tick();
    ci.clock.advance(30 * minuteMs);
    await post('SUCCESSFUL');
    await tick();
    recover();
    ci.clock.advance(11 * minuteMs);
    await tick();
    expect(told()).to.deep.equal(['shop SUCCESSFUL']);
  });

  it('given up after a day, with an event', async () => {
    answer(500);
    await post('SUCCESSFUL');
    for (let hour = 0; hour <= 24; hour += 1) {
      expect(ci.heard).to.deep.equal([]);
      await tick();
      ci.clock.advance(60 * minuteMs);
    }
    expect(await waiting()).to.deep.equal([]);
    expect(ci.heard.at(-1)).to.include({
      ...{ name: 'build_status.given_up', reason: 'Bitbucket answered with status 500.' },
    });
  });

  it('statuses survive a crash: another process tells what was stored, also what was on its way', async () => {
    await post('INPROGRESS');
    await post('FAILED', 'other');
    const nowMs = ci.clock.now();
    expect(await ci.app.store.outbox.claim(nowMs, nowMs + 120_000)).to.include({ attempts: 1 });
    const sibling = await anotherProcess();
    await sibling.app.applinks.tick();
    expect(told()).to.have.length(1);
    ci.clock.advance(120_001);
    await sibling.app.applinks.tick();
    expect(told()).to.have.members(['shop INPROGRESS', 'other FAILED']);
  });

  it('two processes tell each state once', async () => {
    const sibling = await anotherProcess();
    const keys = Array.from({ length: 20 }, (_, index) => `job ${index}`);
    for (const key of keys) await post('SUCCESSFUL', key);
    await Promise.all([tick(), sibling.app.applinks.tick()]);
    expect(told()).to.have.members(keys.map((key) => `${key} SUCCESSFUL`));
  });

  it('run() tells at once', async () => {
    const stop = new AbortController();
    const posted = new Promise((resolve) => {
      ci.app.applinks.on('build_status.posted', resolve);
    });
    const running = ci.app.applinks.run({ signal: stop.signal });
    await post('SUCCESSFUL');
    expect(await posted).to.include({ key: 'shop' });
    stop.abort();
    await running;
  });

  it('without a credential of its own, the link’s service user tells; one that is not chosen is named', async () => {
    const sibling = await anotherProcess({
      credential: ({ linkId }) => ci.app.applinks.client(linkId).asService(),
    });
    await ci.app.store.links.update({
      ...ci.link,
      ...{ serviceUserId: null, outgoing: [newConnection()] },
    });
    await post('SUCCESSFUL', 'shop', sibling.bitbucket);
    await sibling.app.applinks.tick();
    expect((await waiting())[0]?.lastError).to.include('has no service user. Choose one');
  });
});
