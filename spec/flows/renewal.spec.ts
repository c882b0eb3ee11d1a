/** Tokens that peers granted us, when others renew, replace or delete them at the same time (applinks-oauth1.md 6.5). */
import { expect } from 'chai';
import type { Grant } from 'express-applinks';
import { TestClock } from '../support/clock.js';
import { connectAccount, linkByRedirect, startPair, type Pair } from '../support/linked-peer.js';

const whoami = '/plugins/servlet/applinks/whoami';

describe('A token of ours at a peer', () => {
  const clock = new TestClock();
  let pair: Pair;
  let linkId: string;
  beforeEach(async () => {
    const network = { allowInsecureLoopback: true, timeoutMs: 60_000 };
    pair = await startPair({ options: { clock: clock.now, network } }, { clock: clock.now });
    await linkByRedirect(pair);
    linkId = (await pair.app.applinks.links.list())[0]!.id;
    await connectAccount(pair, linkId, 'ana', 'ben');
  });
  afterEach(() => pair.close());

  const call = async (): Promise<string> =>
    (await pair.app.applinks.client(linkId).as('id-ana')(whoami)).text();
  const grant = async (): Promise<Grant> =>
    (await pair.app.store.grants.list({}, { limit: 1, offset: 0 }))[0]!;
  const expireIn = async (ms: number): Promise<void> => {
    await pair.app.store.grants.update({ ...(await grant()), expiresAtMs: clock.now() + ms });
  };
  const received = async (path: RegExp, before: number): Promise<void> => {
    while (calls(path) === before) await new Promise((resolve) => setTimeout(resolve, 5));
  };
  const calls = (path: RegExp): number =>
    pair.bitbucket.received.filter((request) => path.test(request.path)).length;

  it('that cannot be renewed is used by many at once until its end, without a wait', async () => {
    pair.bitbucket.faults.answer(/oauth\/access-token/, {
      body: (real) =>
        real.replace(/oauth_session_handle=[^&]*/, '').replace(/oauth_expires_in=\d+/, 'oauth_expires_in=40'),
      once: true,
    });
    await connectAccount(pair, linkId, 'ana', 'ben');
    expect(await Promise.all([call(), call(), call()])).to.deep.equal(['ben', 'ben', 'ben']);
  });

  it('that lasts shorter than it is renewed ahead is renewed once for all who wait', async () => {
    pair.bitbucket.faults.answer(/oauth\/access-token/, {
      body: (real) => real.replace(/oauth_expires_in=\d+/, 'oauth_expires_in=40'),
    });
    await connectAccount(pair, linkId, 'ana', 'ben');
    const before = calls(/access-token/);
    expect(await Promise.all([call(), call(), call()])).to.deep.equal(['ben', 'ben', 'ben']);
    expect(calls(/access-token/)).to.equal(before + 1);
  });

  it('that is renewed while a call is on its way logs nobody out', async () => {
    pair.bitbucket.faults.answer(/whoami/, { delayMs: 400, once: true });
    const before = calls(/whoami/);
    const slow = call();
    await received(/whoami/, before);
    await expireIn(1000);
    expect(await call()).to.equal('ben');
    expect(await slow).to.equal('ben');
  });

  it('that the peer refuses twice is asked for no third time', async () => {
    const before = calls(/whoami/);
    pair.bitbucket.faults.answer(/whoami/, {
      status: 401,
      headers: { 'WWW-Authenticate': 'OAuth realm="x", oauth_problem="token_rejected"' },
      delayMs: 200,
    });
    const refused = call().catch((error: unknown) => error);
    for (const count of [before, before + 1]) {
      await received(/whoami/, count);
      await expireIn(1_000_000);
    }
    expect(await refused).to.have.property('code', 'credentials_required');
    expect(calls(/whoami/)).to.equal(before + 2);
    pair.bitbucket.faults.clearAnswers();
    expect(await call(), 'the one that was renewed meanwhile stays').to.equal('ben');
  });

  for (const [how, answer] of [
    ['succeeds', {}],
    [
      'is refused',
      { status: 401, headers: { 'WWW-Authenticate': 'OAuth realm="x", oauth_problem="token_rejected"' } },
    ],
    ['breaks', { drop: 'after' }],
  ] as const) {
    it(`is the new one for who has connected anew while a renewal ${how}`, async () => {
      await expireIn(-1000);
      pair.bitbucket.faults.answer(/oauth\/access-token/, { ...answer, delayMs: 400, once: true });
      const before = calls(/access-token/);
      const renewing = call();
      await received(/access-token/, before);
      await connectAccount(pair, linkId, 'ana', 'admin');
      expect(await renewing).to.equal('admin');
      expect(await call()).to.equal('admin');
    });
  }

  it('is renewed by nobody else before the deadline of the renewal has passed', async () => {
    await expireIn(1000);
    pair.bitbucket.faults.answer(/oauth\/access-token/, { delayMs: 300, once: true });
    const before = calls(/access-token/);
    const renewing = call();
    await received(/access-token/, before);
    expect((await grant()).renewalUntilMs).to.be.above(clock.now() + 60_000);
    expect(await renewing).to.equal('ben');
    expect((await grant()).renewalUntilMs).to.equal(null);
  });

  it('is stored for no link that was deleted while it was exchanged', async () => {
    pair.bitbucket.faults.answer(/oauth\/access-token/, { delayMs: 300, once: true });
    const before = calls(/access-token/);
    const connecting = connectAccount(pair, linkId, 'rob', 'ben').catch((error: unknown) => String(error));
    await received(/access-token/, before);
    await pair.app.applinks.links.remove(linkId);
    expect(await connecting).to.include('409');
    expect(await pair.app.store.grants.list({}, { limit: 9, offset: 0 })).to.deep.equal([]);
  });

  it('whose renewal fails is told as the last error of the link', async () => {
    await expireIn(-1000);
    pair.bitbucket.faults.answer(/oauth\/access-token/, { status: 503, body: 'down', once: true });
    expect(await call().catch((error: unknown) => error)).to.have.property('code', 'peer_refused');
    const [note] = (await pair.app.store.notes.list(linkId)).filter(({ kind }) => kind === 'outgoing_failed');
    expect(note?.document).to.include('HTTP status 503');
  });
});
