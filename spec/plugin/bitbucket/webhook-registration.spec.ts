/** Rows of jenkins-integration.md C2. */
import { expect } from 'chai';
import { PeerRefused, PeerUnreachable, type PeerFetch } from 'express-applinks';
import { repository, startBitbucketCi, type BitbucketCi } from '../../support/bitbucket-ci.js';
import { rememberSecret } from '../../support/secrets.js';
import type { Hook } from '../../support/small-bitbucket.js';

const pullRequestEvents = ['pr:opened', 'pr:merged', 'pr:declined', 'pr:deleted', 'pr:from_ref_updated'];

describe('Webhook registration (C2)', () => {
  let ci: BitbucketCi;
  beforeEach(async () => {
    ci = await startBitbucketCi();
  });
  afterEach(() => ci.close());

  const target = () => ({ linkId: ci.link.id, ...repository });
  const register = (wish = { refs: true }, credentials: PeerFetch[] = [ci.credential]) =>
    ci.bitbucket.webhooks.register(target(), wish, credentials);
  const foreign = (changes: Partial<Hook> = {}): Hook => ({
    ...{ id: 1, name: 'Sample CI', url: 'https://other.example.test/trigger', active: true },
    ...{ events: ['repo:refs_changed'], configuration: { secret: 'x' }, ...changes },
  });
  const only = (): Hook => {
    expect(ci.peer.hooks).to.have.length(1);
    return ci.peer.hooks[0]!;
  };

  it('create: no candidate → POST, with a name, an address and a secret of its own', async () => {
    const webhook = await register();
    expect(ci.peer.writes()).to.deep.equal(['POST']);
    const { name, url, active, events, configuration } = only();
    expect({ active, events }).to.deep.equal({ active: true, events: ['repo:refs_changed'] });
    expect(url).to.equal(`${ci.app.baseUrl}/bitbucket-server-webhook/trigger/${webhook!.id}`);
    expect(name).to.match(/^Sample CI [0-9a-f]{16}$/);
    expect(configuration).to.have.keys('createdBy', 'secret').and.include({ createdBy: 'Sample CI' });
    expect(configuration.secret).to.match(/^[\w-]{43}$/);
    expect(webhook).to.include({ remoteId: only().id });
    const kept = JSON.stringify(await ci.app.store.webhooks.list());
    expect(kept).to.not.include(configuration.secret);
    expect(ci.heard.map((event) => event.name)).to.deep.equal(['webhook.registered']);
  });

  it('name: made once and kept, a secret per hook', async () => {
    await register();
    const other = { ...target(), repositorySlug: 'gadget' };
    ci.peer.hooks.length = 0;
    const first = (await ci.bitbucket.webhooks.list())[0]!;
    const second = await ci.bitbucket.webhooks.register(other, { refs: true }, [ci.credential]);
    expect(second!.name).to.equal(first.name);
    expect(second!.secrets).to.not.deep.equal(first.secrets);
  });

  it('reuse: a second save writes nothing, here or there', async () => {
    const webhook = await register();
    expect(await register()).to.deep.equal(webhook);
    expect(ci.peer.writes()).to.deep.equal(['POST']);
    expect(ci.heard).to.have.length(1);
  });

  it('reuse: jobs that are saved together make one hook', async () => {
    const made = await Promise.all([register(), register(), register()]);
    expect(new Set(made.map((webhook) => webhook?.id)).size).to.equal(1);
    expect(ci.peer.writes()).to.deep.equal(['POST']);
    only();
  });

  it('events, ref trigger: of a mirror the synchronisation, if the server has that event', async () => {
    await register({ refs: true, mirror: true } as { refs: boolean });
    expect(only().events).to.deep.equal(['repo:refs_changed']);
    ci.peer.capabilities!.webhooks = { 'application-webhooks': ['mirror:repo_synchronized'] };
    ci.clock.advance(60 * 60_000 + 1);
    await register({ refs: true, mirror: true } as { refs: boolean });
    expect(only().events).to.deep.equal(['mirror:repo_synchronized']);
  });

  it('events, PR trigger: all ends of a pull request, and its updates if the server has that event', async () => {
    await ci.bitbucket.webhooks.register(target(), { pullRequests: true }, [ci.credential]);
    expect(only().events).to.have.members(pullRequestEvents);
    ci.peer.capabilities = undefined;
    ci.clock.advance(60 * 60_000 + 1);
    await ci.bitbucket.webhooks.register(target(), { pullRequests: true }, [ci.credential]);
    expect(only().events).to.have.members(pullRequestEvents.slice(0, 4));
  });

  it('no events wanted: nothing is registered, and what was is removed', async () => {
    await register({ refs: false });
    expect(ci.peer.writes()).to.deep.equal([]);
    await register();
    await register({ refs: false });
    expect(ci.peer.hooks).to.deep.equal([]);
    expect(await ci.bitbucket.webhooks.list()).to.deep.equal([]);
  });

  it('update: PUT with what is wanted, events that are not known here kept', async () => {
    await register();
    only().events.push('pr:comment:added', 'pr:merged');
    only().sslVerificationRequired = false;
    await register();
    expect(ci.peer.writes()).to.deep.equal(['POST', 'PUT']);
    expect(only().events).to.deep.equal(['repo:refs_changed', 'pr:comment:added']);
    expect(only().sslVerificationRequired).to.equal(false);
  });

  for (const [what, change] of [
    ['was switched off', { active: false }],
    ['was pointed at the plain address', { url: '' }],
    ['is another one of the same name and address', { id: 5 }],
  ] as const) {
    it(`update: a hook that ${what}`, async () => {
      await register();
      const { url, configuration } = only();
      const plain = url.replace(/\/[^/]+$/, '');
      Object.assign(only(), 'url' in change ? { url: plain } : change);
      const { remoteId } = (await register())!;
      expect(only()).to.include({ active: true, url, id: remoteId });
      expect(only().configuration).to.deep.equal(configuration);
      expect(ci.peer.writes()).to.deep.equal(['POST', 'PUT']);
    });
  }

  it('update: every further candidate is deleted, on whatever page of the list it stands', async () => {
    await register();
    const mine = only();
    for (const id of [201, 202, 203]) ci.peer.hooks.push(foreign({ id, name: 'other' }));
    for (const id of [204, 205])
      ci.peer.hooks.push({ ...mine, id, url: mine.url.replace(/\/[^/]+$/, '/old') });
    await register();
    expect(ci.peer.hooks.map(({ id }) => id)).to.deep.equal([mine.id, 201, 202, 203]);
  });

  it('decide: hooks of another name or address are foreign, and never touched', async () => {
    const { name, url } = await register().then(() => only());
    const others = [
      foreign({ id: 11, name }),
      foreign({ id: 12, name: 'mine', url }),
      foreign({ id: 13, name, url: `${url}/more` }),
      foreign({ id: 14, name, url: `${ci.app.baseUrl}/bitbucket-server-webhook/triggers` }),
    ];
    ci.peer.hooks.push(...structuredClone(others));
    await ci.bitbucket.webhooks.unregister(target(), [ci.credential]);
    expect(ci.peer.hooks).to.deep.equal(others);
  });

  it('a hook that was deleted there is made again, with the same address and secret', async () => {
    await register();
    const [former] = ci.peer.hooks.splice(0);
    await register();
    expect({ ...only(), id: 0 }).to.deep.equal({ ...former!, id: 0 });
  });

  it('a hook that was made just before a crash is taken up', async () => {
    await register();
    const [webhook] = await ci.app.store.webhooks.list();
    await ci.app.store.webhooks.update({ ...webhook!, remoteId: null, events: [] });
    const again = await register();
    expect(ci.peer.writes()).to.deep.equal(['POST', 'PUT']);
    expect(again).to.include({ remoteId: only().id });
  });

  describe('credentials: the first, then the job’s', () => {
    const second = rememberSecret('c2Vjb25kIHRva2VuIG9mIHRoZSBqb2I', 'access token');
    const both = (): PeerFetch[] => [
      ci.credential,
      ci.app.applinks.client(ci.link.id).withAccessToken(second),
    ];
    const firstToken = (): string => ci.peer.received[0]!.token!;

    for (const status of [401, 403]) {
      it(`only when that is refused with ${status}`, async () => {
        await ci.credential('/rest/capabilities');
        ci.peer.refused.set(firstToken(), status);
        await register({ refs: true }, both());
        expect(only().events).to.deep.equal(['repo:refs_changed']);
        expect(ci.peer.received.at(-1)!.token).to.equal(second);
      });
    }

    it('any other failure ends the attempt', async () => {
      await ci.credential('/rest/capabilities');
      ci.peer.refused.set(firstToken(), 500);
      const error = await register({ refs: true }, both()).catch((reason: unknown) => reason);
      expect(error).to.be.instanceOf(PeerRefused).and.include({ peerStatus: 500 });
      expect((error as PeerRefused).excerpt).to.equal('You may not do this.');
      expect(ci.peer.received.map(({ token }) => token)).to.not.include(second);
    });

    it('both refused: the second refusal is told', async () => {
      await ci.credential('/rest/capabilities');
      ci.peer.refused.set(firstToken(), 401).set(second, 403);
      const error = await register({ refs: true }, both()).catch((reason: unknown) => reason);
      expect(error).to.be.instanceOf(PeerRefused).and.include({ peerStatus: 403 });
    });
  });

  it('Bitbucket down while a job is saved: an error that says so, and the next save makes it good', async () => {
    ci.peer.fault = (_, res) => (res.destroy(), true);
    const error = await register().catch((reason: unknown) => reason);
    expect(error).to.be.instanceOf(PeerUnreachable);
    ci.peer.fault = () => false;
    await register();
    expect(only().events).to.deep.equal(['repo:refs_changed']);
  });

  it('Bitbucket answering HTML: an error that names the proxy', async () => {
    ci.peer.fault = (_, res) =>
      res.writeHead(200, { 'content-type': 'text/html' }).end('<h1>Log in</h1>') === res;
    const error = await register().catch((reason: unknown) => reason);
    expect(error).to.be.instanceOf(PeerUnreachable).and.include({ kind: 'bad_answer', answer: 'Log in' });
  });

  it('removal: ours are deleted, one that is gone already is fine', async () => {
    await register();
    ci.peer.hooks.push({ ...only(), id: 300 });
    await ci.bitbucket.webhooks.unregister(target(), [ci.credential]);
    expect(ci.peer.hooks).to.deep.equal([]);
    await ci.bitbucket.webhooks.unregister(target(), [ci.credential]);
    expect(ci.heard.map(({ name }) => name)).to.deep.equal(['webhook.registered', 'webhook.removed']);
  });
});
