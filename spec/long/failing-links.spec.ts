/**
 * Every way to make a link and to end one, from both sides, with each step refused, cut, and done without an answer
 * (applinks-oauth1.md 2, 9). Whoever began here is never told of a success that is none, a half that stays is seen by a
 * test of the link, and the same way ends well once the failure is gone.
 */
import { expect } from 'chai';
import type { MiniBrowser, Page } from 'express-applinks/testing';
import { createFaultyKit, type FaultyKit, type KitFault } from '../support/faulty-kit.js';
import { passwordOf } from '../support/kit-host.js';
import { linkByRedirect, startPair, type Pair } from '../support/linked-peer.js';
import { rememberSecret } from '../support/secrets.js';

const atPeer = {
  refused: { status: 500, body: '<h1>Oops</h1>' },
  dropped: { drop: true },
  lost: { drop: 'after' },
} as const;
const kinds: readonly KitFault[] = ['refused', 'dropped', 'lost'];
const administrator = { admin_name: 'admin', admin_password: rememberSecret('sysadmin', 'password') };
const servlets = '/plugins/servlet/applinks';

/** Which side fails, and at which request. */
type Step = [side: 'kit' | 'peer', request: RegExp];

describe('A failing link', () => {
  let pair: Pair;
  let kit: FaultyKit;
  /** An administrator, logged in on both sides. */
  let browser: MiniBrowser;
  beforeEach(async () => {
    kit = createFaultyKit();
    pair = await startPair({ first: kit.middleware });
    browser = await pair.bitbucket.as('admin');
    await browser.get(`${pair.app.baseUrl}/login?user=admin`);
  });
  afterEach(() => pair.close());

  const ours = () => pair.app.applinks.links.list();
  const theirs = () => pair.bitbucket.links();
  const seesWorking = async (): Promise<boolean> => {
    const [link] = await ours();
    return link !== undefined && (await pair.app.applinks.client(link.id).status()).working;
  };
  const worksBothWays = async (): Promise<boolean> => {
    const [link] = await ours();
    const [remote] = theirs();
    if (!link || !remote) return false;
    const inwards = await pair.bitbucket.linking.callAsApplication(remote.id, 'GET', '/whois');
    const call = pair.app.applinks.client(link.id).asApplication();
    const outwards = await call(`${servlets}/whoami`).then(
      ({ status }) => status === 200,
      () => false,
    );
    return inwards.outcome === 'ok' && outwards;
  };

  /** Walks with the failure. @returns whether all seemed well to whoever walked */
  const walkWith = async (
    [side, request]: Step,
    kind: KitFault,
    walk: () => Promise<boolean>,
  ): Promise<boolean> => {
    let hits = 0;
    const before = kit.hits;
    if (side === 'kit') kit.fail(request, kind);
    else
      pair.bitbucket.faults.answer(({ method, path, query }) => {
        const isHit = request.test(`${method} ${path}${query && '?'}${query}`);
        if (isHit) hits += 1;
        return isHit;
      }, atPeer[kind]);
    const isWell = await walk().catch(() => false);
    expect(hits + kit.hits - before, 'the failure was met').to.be.greaterThan(0);
    kit.clear();
    pair.bitbucket.faults.clearAnswers();
    return isWell;
  };

  const byPasswordThere = async (): Promise<boolean> => {
    const { linkId, problem } = await pair.bitbucket.linking.createLinkByPassword({
      url: pair.app.baseUrl,
      username: 'admin',
      password: passwordOf('admin'),
    });
    return linkId !== undefined && problem === undefined;
  };
  const byRedirectThere = async (): Promise<boolean> => {
    const wizard = await browser.get(`${pair.bitbucket.url}${servlets}/createLink`);
    const found = await browser.submit(wizard, { fields: { url: pair.app.baseUrl } });
    const landing = await browser.submit(found, { button: 'Create the link' });
    const back = await browser.submit(landing);
    return back.textOf('incoming')?.includes('may call us') ?? false;
  };
  const submitCreate = async (fields: Record<string, string>): Promise<Page> => {
    const entry = await browser.get(`${pair.app.baseUrl}/applinks/admin/create`);
    const found = await browser.submit(entry, { fields: { url: pair.bitbucket.url } });
    const form = found.forms.findIndex((one) => one.fields.some(([name]) => name === 'direction'));
    return browser.submit(found, { form, fields });
  };
  const byPasswordHere = async (): Promise<boolean> =>
    (await submitCreate({ ...administrator, how: 'password' })).url.includes('done=linked');
  const byHandHere = async (): Promise<boolean> =>
    (await submitCreate({ ...administrator, how: 'password', manual: '1' })).url.includes('done=linked');
  const byRedirectHere = async (): Promise<boolean> => {
    const back = await browser.submit(await submitCreate({ how: 'browser' }));
    return back.status === 200 && back.url === `${pair.app.baseUrl}/applinks/admin`;
  };

  const manifest = /GET .*\/applinks\/1\.0\/manifest/;
  const consumerInfo = /GET .*\/consumer-info/;
  const ways: [name: string, begunAt: 'here' | 'there', walk: () => Promise<boolean>, steps: Step[]][] = [
    [
      'by password, begun there (2.3)',
      'there',
      byPasswordThere,
      [
        ['kit', /GET .*\/authenticationinfo$/],
        ['kit', /GET .*\/authenticationinfo\/id/],
        ['peer', manifest],
        ['kit', /PUT .*\/applinks\/1\.0\/applicationlink\//],
        ['kit', manifest],
        ['kit', /PUT .*\/authentication\/consumer/],
        ['peer', consumerInfo],
        ['kit', /PUT .*\/authentication\/provider/],
        ['kit', consumerInfo],
      ],
    ],
    [
      'by redirect, begun there (2.4)',
      'there',
      byRedirectThere,
      [
        ['kit', manifest],
        ['kit', /GET .*\/listApplicationLinks/],
        ['peer', manifest],
        ['peer', consumerInfo],
        ['kit', /POST .*\/listApplicationLinks/],
        ['peer', /GET .*\/listApplicationLinks/],
        ['peer', /GET .*\/add-consumer-by-url/],
        ['kit', consumerInfo],
      ],
    ],
    [
      'by password, begun here (11b)',
      'here',
      byPasswordHere,
      [
        ['peer', manifest],
        ['peer', consumerInfo],
        ['peer', /GET .*\/authenticationinfo$/],
        ['peer', /GET .*\/authenticationinfo\/id/],
        ['peer', /GET .*\/3\.0\/applinks$/],
        ['peer', /PUT .*\/3\.0\/applicationlink$/],
        ['peer', /PUT .*\/authentication\/provider/],
        ['peer', /PUT .*\/authentication\/consumer/],
        ['kit', consumerInfo],
        ['peer', /GET .*\/whoami/],
      ],
    ],
    [
      'in manual mode, begun here (b9)',
      'here',
      byHandHere,
      [
        ['peer', /PUT .*\/authentication\/consumer\?/],
        ['peer', /PUT .*\/authentication\/provider/],
        ['peer', /PUT .*\/authentication\/consumer$/],
        ['peer', /GET .*\/whoami/],
      ],
    ],
    [
      'by redirect, begun here (2.4)',
      'here',
      byRedirectHere,
      [
        ['peer', manifest],
        ['peer', consumerInfo],
        ['peer', /GET .*\/listApplicationLinks/],
        ['kit', manifest],
        ['peer', /POST .*\/createOtherHalf/],
        ['kit', consumerInfo],
        ['kit', /GET .*\/listApplicationLinks/],
      ],
    ],
  ];
  for (const [name, begunAt, walk, steps] of ways) {
    describe(name, () => {
      for (const step of steps)
        for (const kind of kinds)
          it(`${step[1].source} of the ${step[0]} ${kind}: nothing half stays unnoticed`, async () => {
            const isWell = await walkWith(step, kind, walk);
            const works = await worksBothWays();
            // A peer without our manifest configures nothing, silently (3.2 row 0); then only our test can tell.
            if (isWell && !works) expect([begunAt, (await ours()).length]).to.deep.equal(['there', 1]);
            expect(await seesWorking(), 'what a test of the link tells here').to.equal(works);

            // Each administrator removes the half that their own wizard left.
            for (const { id } of theirs()) await pair.bitbucket.linking.deleteLink(id);
            if (begunAt === 'here')
              for (const { id } of await ours()) await pair.app.applinks.links.remove(id);
            expect(await walk(), 'walked again').to.equal(true);
            expect(await worksBothWays()).to.equal(true);
            expect([(await ours()).length, theirs().length]).to.deep.equal([1, 1]);
          });
    });
  }

  for (const [name, begunAt, walk, steps] of ways) {
    if (begunAt === 'there' || walk === byRedirectHere) continue;
    it(`${name}: leaves no half on either side, whatever fails`, async () => {
      for (const step of steps)
        for (const kind of kinds) {
          expect(await walkWith(step, kind, walk)).to.equal(false);
          expect([await ours(), theirs()], `${step[1].source} ${kind}`).to.deep.equal([[], []]);
        }
    });
  }

  describe('that is deleted on both sides (9.1)', () => {
    let there: string;
    beforeEach(async () => {
      there = await linkByRedirect(pair);
      const consent = await browser.get(pair.bitbucket.danceUrl(there));
      await browser.submit(consent, { button: 'authorize' });
    });

    const fromThere = async (): Promise<boolean> =>
      (await pair.bitbucket.linking.deleteLink(there, { reciprocate: true })) === undefined;
    const fromHere = async (): Promise<boolean> => {
      const [link] = await ours();
      const page = await browser.get(`${pair.app.baseUrl}/applinks/admin/links/${link!.id}/delete-both`);
      return (await browser.submit(page, { fields: administrator })).url.includes('done=deleted');
    };

    for (const kind of kinds) {
      it(`from there, and ours ${kind}: theirs is kept, and they are told`, async () => {
        expect(await walkWith(['kit', /DELETE .*\/applicationlink\//], kind, fromThere)).to.equal(false);
        expect(theirs().map(({ id }) => id)).to.deep.equal([there]);
        expect((await ours()).length).to.equal(kind === 'lost' ? 0 : 1);
        expect(await worksBothWays()).to.equal(kind !== 'lost');
        if (kind === 'lost') return;
        expect(await fromThere()).to.equal(true);
        expect([await ours(), theirs()]).to.deep.equal([[], []]);
      });

      it(`from here, and theirs ${kind}: ours is kept, and we are told`, async () => {
        expect(await walkWith(['peer', /DELETE .*\/applicationlink\//], kind, fromHere)).to.equal(false);
        expect(theirs().length).to.equal(kind === 'lost' ? 0 : 1);
        expect((await ours()).length).to.equal(1);
        expect(await seesWorking()).to.equal(kind !== 'lost');
        expect(await fromHere()).to.equal(true);
        expect([await ours(), theirs()]).to.deep.equal([[], []]);
      });
    }

    it('on one side only is seen by a test of the link, and by the calls of the other side', async () => {
      await pair.bitbucket.linking.deleteLink(there);
      expect(await seesWorking()).to.equal(false);
      await pair.app.applinks.links.remove((await ours())[0]!.id);
      there = await linkByRedirect(pair);
      await pair.app.applinks.links.remove((await ours())[0]!.id);
      const call = await pair.bitbucket.linking.callAsApplication(there, 'GET', '/whois');
      expect([call.outcome, call.problem]).to.deep.equal(['failed', 'consumer_key_unknown']);
    });
  });

  describe('whose address changes at the peer (9.2)', () => {
    for (const kind of kinds) {
      it(`and the new one is ${kind}: the old one stays, and is told`, async () => {
        const there = await linkByRedirect(pair);
        const newUrl = pair.app.baseUrl.replace('127.0.0.1', 'localhost');
        const relocate = async (): Promise<boolean> => {
          const query = new URLSearchParams({ newUrl }).toString();
          const url = `${pair.bitbucket.url}/rest/applinks/1.0/relocateApplicationlink/${there}?${query}`;
          const authorization = `Basic ${Buffer.from('admin:sysadmin').toString('base64')}`;
          return (await fetch(url, { method: 'POST', headers: { authorization } })).status === 204;
        };
        expect(await walkWith(['kit', /GET \/$/], kind, relocate)).to.equal(false);
        expect(theirs()[0]!.rpcUrl).to.equal(pair.app.baseUrl);
        expect(await relocate()).to.equal(true);
        expect(theirs()[0]).to.include({ rpcUrl: newUrl, displayUrl: pair.app.baseUrl });
        expect(await seesWorking()).to.equal(true);
      });
    }
  });
});
