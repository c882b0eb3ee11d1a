/** Our calls to a peer: connecting an account, using it, renewing it, losing it (applinks-oauth1.md 5.4, 6). */
import { expect } from 'chai';
import { CredentialsRequired, PeerRefused, PeerUnreachable } from 'express-applinks';
import type { MiniBrowser, Page } from 'express-applinks/testing';
import { TestClock, minuteMs } from '../support/clock.js';
import { createBrowser } from 'express-applinks/testing';
import { startKitApp } from '../support/kit-app.js';
import { linkByRedirect, startPair, type Pair } from '../support/linked-peer.js';

const whoami = '/plugins/servlet/applinks/whoami';

describe('Calls to a peer', () => {
  const clock = new TestClock();
  let pair: Pair;
  let linkId: string;
  beforeEach(async () => {
    pair = await startPair({ options: { clock: clock.now } }, { clock: clock.now });
    await linkByRedirect(pair);
    linkId = (await pair.app.applinks.links.list())[0]!.id;
  });
  afterEach(() => pair.close());

  /** One browser with a session at both. */
  const browserOf = async (here: string, there: string): Promise<MiniBrowser> => {
    const browser = await pair.bitbucket.as(there);
    await browser.get(`${pair.app.baseUrl}/login?user=${here}`);
    return browser;
  };
  const connectUrl = (query = ''): string => `${pair.app.baseUrl}/applinks/connect/${linkId}${query}`;
  const connect = async (here = 'ana', there = 'ben'): Promise<Page> => {
    const browser = await browserOf(here, there);
    return browser.submit(await browser.get(connectUrl()), { button: 'approve' });
  };
  const as = (user = 'id-ana') => pair.app.applinks.client(linkId).as(user);
  const rejection = async (call: Promise<unknown>): Promise<unknown> =>
    call.then(
      () => new Error('it did not fail'),
      (error: unknown) => error,
    );
  const accessTokenCalls = (): number =>
    pair.bitbucket.received.filter(({ path }) => path.endsWith('/oauth/access-token')).length;
  /** The callback as the peer sends it, not opened yet. */
  const callbackOf = async (here: string, there: string, button: string): Promise<[MiniBrowser, string]> => {
    const follower = await browserOf(here, there);
    const consent = await follower.get(connectUrl());
    const still = createBrowser({ redirects: 0 });
    still.cookies.store(new URL(pair.bitbucket.url), 'x=y');
    const jar = follower.cookies.header(new URL(consent.url));
    const hidden = Object.fromEntries(consent.forms[0]!.fields.map(({ 0: name, 1: value }) => [name, value]));
    const answer = await fetch(new URL(consent.forms[0]!.action || consent.url, consent.url), {
      method: 'POST',
      redirect: 'manual',
      headers: {
        cookie: jar,
        'content-type': 'application/x-www-form-urlencoded',
        origin: new URL(consent.url).origin,
      },
      body: new URLSearchParams({ ...hidden, [button]: '1' }).toString(),
    });
    return [follower, answer.headers.get('location') ?? `none: ${answer.status}`];
  };

  describe('connecting an account', () => {
    it('needs it first, and says where', async () => {
      const error = await rejection(as()(whoami));
      expect(error).to.be.instanceOf(CredentialsRequired);
      expect((error as CredentialsRequired).connectUrl).to.equal(connectUrl());
      expect((await connect()).text).to.include('Your account is connected');
      expect(await (await as()(whoami)).text()).to.equal('ben');
    });

    it('leads from the page of the link by the connection that was tested, and back to that page', async () => {
      const other = {
        ...(await pair.app.store.links.get(linkId))!.outgoing[0]!,
        id: 'other',
        preferred: false,
      };
      const link = (await pair.app.store.links.get(linkId))!;
      await pair.app.store.links.update({ ...link, outgoing: [...link.outgoing, other] });
      const status = {
        ...{ working: false, category: 'ACCESS_ERROR', type: 'LOCAL_AUTH_TOKEN_REQUIRED' },
        ...{ cause: '', cure: '', answer: null, hints: [], checkedAtMs: clock.now() },
        connectUrl: connectUrl('?via=other'),
      };
      const note = { linkId, kind: 'status', document: JSON.stringify(status), atMs: clock.now() };
      await pair.app.store.notes.put(note);
      const admin = await browserOf('admin', 'admin');
      const path = `${pair.app.baseUrl}/applinks/admin/links/${linkId}`;
      const page = (await admin.get(path)).text.replaceAll('&amp;', '&').replaceAll('&#38;', '&');
      const returnTo = new URLSearchParams({ returnTo: new URL(path).pathname }).toString();
      expect(page).to.include(`?via=other&${returnTo}"`).and.include(`/connect/${linkId}?${returnTo}"`);
      const consent = await admin.get(connectUrl(`?via=other&${returnTo}`));
      expect((await admin.submit(consent, { button: 'approve' })).url).to.equal(path);
      expect(await pair.app.store.grants.get('other', 'id-admin')).to.not.equal(undefined);
    });

    it('goes back to where the user was, on our own site only', async () => {
      const browser = await browserOf('ana', 'ben');
      const consent = await browser.get(connectUrl('?returnTo=/whoami%3Fx%3D1'));
      expect((await browser.submit(consent, { button: 'approve' })).url).to.equal(
        `${pair.app.baseUrl}/whoami?x=1`,
      );
      for (const hostile of [
        'https://evil.example/',
        '//evil.example',
        '/\\evil.example',
        'javascript:alert(1)',
      ]) {
        const other = await browserOf('rob', 'ben');
        const page = await other.get(connectUrl(`?returnTo=${encodeURIComponent(hostile)}`));
        expect((await other.submit(page, { button: 'approve' })).text).to.include(
          'Your account is connected',
        );
      }
    });

    it('declined at the peer: says so, and exchanges nothing', async () => {
      const browser = await browserOf('ana', 'ben');
      const page = await browser.submit(await browser.get(connectUrl()), { button: 'deny' });
      expect(page.text).to.include('You declined');
      expect(accessTokenCalls()).to.equal(0);
      expect(await rejection(as()(whoami))).to.be.instanceOf(CredentialsRequired);
    });

    it('finished by another user or in another browser: 400, no exchange, and the first one still can', async () => {
      const [browser, callback] = await callbackOf('ana', 'ben', 'approve');
      expect(callback).to.include('/applinks/callback/oauth1/');
      const stranger = createBrowser();
      await stranger.get(`${pair.app.baseUrl}/login?user=rob`);
      expect((await stranger.get(callback)).status).to.equal(400);
      const otherBrowser = createBrowser();
      await otherBrowser.get(`${pair.app.baseUrl}/login?user=ana`);
      expect((await otherBrowser.get(callback)).status).to.equal(400);
      expect(accessTokenCalls()).to.equal(0);
      expect((await browser.get(callback)).text).to.include('Your account is connected');
      expect((await browser.get(callback)).status).to.equal(400);
      expect(accessTokenCalls()).to.equal(1);
    });

    it('with a doubled, missing or invented token or verifier: 400 and no exchange', async () => {
      const [browser, callback] = await callbackOf('ana', 'ben', 'approve');
      const bare = callback.replace(/\?.*$/, '');
      for (const url of [
        `${callback}&oauth_token=x`,
        bare,
        `${bare}?oauth_token=invented&oauth_verifier=x`,
        `${callback}&oauth_verifier=denied`,
        callback.replace(/oauth_verifier=[^&]*/, ''),
        callback.replace(/oauth_verifier=[^&]*/, 'oauth_verifier='),
        callback.replace('oauth_verifier=', 'oauth_verifier[]='),
      ])
        expect((await browser.get(url)).status, url).to.equal(400);
      expect(accessTokenCalls()).to.equal(0);
      expect((await browser.get(`${callback}&oauth_token[x]=y`)).text).to.include(
        'Your account is connected',
      );
    });

    it('is refused at a peer that does not confirm the callback: it speaks OAuth 1.0', async () => {
      pair.bitbucket.faults.answer(/request-token/, {
        body: (real) => real.replace('&oauth_callback_confirmed=true', ''),
      });
      const page = await (await browserOf('ana', 'ben')).get(connectUrl());
      expect([page.status, page.url]).to.deep.equal([502, connectUrl()]);
      expect(page.text).to.include('1.0a is needed');
    });

    it('by another connection than the preferred one, whichever is needed', async () => {
      const link = (await pair.app.store.links.get(linkId))!;
      const second = { ...link.outgoing[0]!, id: 'second', preferred: false };
      await pair.app.store.links.update({ ...link, outgoing: [...link.outgoing, second] });
      const call = () => pair.app.applinks.client(linkId, { via: 'second' }).as('id-ana')(whoami);
      expect(await rejection(call())).to.have.property('connectUrl', connectUrl('?via=second'));
      const browser = await browserOf('ana', 'ben');
      const headers = {
        cookie: browser.cookies.header(new URL(connectUrl())),
        'sec-fetch-site': 'cross-site',
      };
      const asked = await fetch(connectUrl('?via=second'), { redirect: 'manual', headers });
      expect(await asked.text()).to.include('name="via" value="second"');
      await browser.submit(await browser.get(connectUrl('?via=second')), { button: 'approve' });
      expect(await (await call()).text()).to.equal('ben');
      expect(await rejection(as()(whoami))).to.have.property('connectUrl', connectUrl());
    });

    it('too late: 400', async () => {
      const [browser, callback] = await callbackOf('ana', 'ben', 'approve');
      clock.advance(11 * minuteMs);
      expect((await browser.get(callback)).status).to.equal(400);
    });

    it('asks first when another site has sent the browser', async () => {
      const browser = createBrowser({ headers: { 'sec-fetch-site': 'cross-site' } });
      await browser.get(`${pair.app.baseUrl}/login?user=ana`);
      const answer = await fetch(connectUrl(), {
        redirect: 'manual',
        headers: { cookie: browser.cookies.header(new URL(connectUrl())), 'sec-fetch-site': 'cross-site' },
      });
      expect(answer.status).to.equal(200);
      expect(await answer.text()).to.include('Connect your account at');
      expect(pair.bitbucket.received.some(({ path }) => path.endsWith('/request-token'))).to.equal(false);
    });

    it('in several tabs at once', async () => {
      const browser = await browserOf('ana', 'ben');
      const tabs = await Promise.all([
        browser.get(connectUrl()),
        browser.get(connectUrl()),
        browser.get(connectUrl()),
      ]);
      for (const tab of tabs)
        expect((await browser.submit(tab, { button: 'approve' })).text).to.include(
          'Your account is connected',
        );
    });

    it('begun in one process and finished in another', async () => {
      const [browser, callback] = await callbackOf('ana', 'ben', 'approve');
      const { store, host, encryptionKey } = pair.app;
      const second = await startKitApp({ store, host, encryptionKey, options: { clock: clock.now } });
      try {
        const there = callback.replace(pair.app.baseUrl, second.baseUrl);
        expect((await browser.get(there)).text).to.include('Your account is connected');
        expect(await (await as()(whoami)).text()).to.equal('ben');
      } finally {
        await second.close();
      }
    });

    it('says in words that the peer cannot be reached', async () => {
      const browser = await browserOf('ana', 'ben');
      pair.bitbucket.faults.answer(/request-token/, { drop: true });
      const page = await browser.get(connectUrl());
      expect(page.status).to.equal(502);
      expect(page.text).to.include('connection');
    });
  });

  describe('using it', () => {
    beforeEach(() => connect());

    it('signs a form that is given as bytes, and refuses one that is no text', async () => {
      await connect();
      const headers = { 'content-type': 'application/x-www-form-urlencoded; charset=utf-8' };
      const body = Buffer.from('a=1&b=%C3%A9');
      // Nothing takes a form there, which is said only after the signature was found good.
      expect((await as()(whoami, { method: 'POST', headers, body })).status).to.equal(404);
      const broken = as()(whoami, { method: 'POST', headers, body: Buffer.from([0x61, 0x3d, 0xff]) });
      expect(await rejection(broken))
        .to.have.property('message')
        .that.includes('not UTF-8');
    });

    it('signs query, form and other bodies', async () => {
      expect((await as()(`${whoami}?a=b%20c&a=+&c`)).status).to.equal(200);
      const form = new URLSearchParams([
        ['x', 'a b'],
        ['x', 'ä'],
      ]);
      expect(await (await as()(whoami, { method: 'POST', body: form })).text()).to.be.a('string');
      const json = { method: 'POST', body: '{"a":1}', headers: { 'Content-Type': 'application/json' } };
      expect((await as()('/rest/api/1.0/application-properties', json)).status).to.be.oneOf([200, 404, 405]);
    });

    it('stays below the address of the link', async () => {
      const before = pair.bitbucket.received.length;
      for (const path of [
        'https://evil.example/x',
        `${new URL(pair.bitbucket.url).origin}/other`,
        '/../other',
        '/%2e%2e/other',
        '/..%2fother',
        '/..%5cother',
        '/..;/other',
        '/.%2E;x=y/other',
        '/rest/.;/x',
        '/\\evil.example',
        pair.bitbucket.url.replace('127.0.0.1', 'user:pw@127.0.0.1'),
      ])
        expect(await rejection(as()(path)), path).to.have.property('code', 'invalid_input');
      for (const name of ['Authorization', 'HOST'])
        expect(await rejection(as()(whoami, { headers: { [name]: 'x' } })), name).to.have.property(
          'code',
          'invalid_input',
        );
      expect(pair.bitbucket.received.length).to.equal(before);
      expect((await as()('/rest/a.b;c=d..;/x?y=%2f..;/')).status).to.equal(404);
    });

    it('follows no redirect, and is bounded in time and size', async () => {
      pair.bitbucket.faults.answer(/whoami/, {
        status: 302,
        headers: { Location: 'https://evil.example/' },
        once: true,
      });
      expect(await rejection(as()(whoami)))
        .to.be.instanceOf(PeerUnreachable)
        .and.include({ kind: 'redirected' });
      pair.bitbucket.faults.answer(/whoami/, { body: 'x'.repeat(2000), once: true });
      expect(await rejection(as()(whoami, { maxBytes: 1000 }))).to.include({ kind: 'too_large' });
      pair.bitbucket.faults.answer(/whoami/, { delayMs: 3000, once: true });
      expect(await rejection(as()(whoami, { timeoutMs: 100 }))).to.include({ kind: 'timeout' });
    });

    for (const problem of ['token_expired', 'token_rejected', 'token_revoked']) {
      it(`forgets the token on ${problem}, and asks to connect again`, async () => {
        pair.bitbucket.faults.problem = problem;
        expect(await rejection(as()(whoami))).to.be.instanceOf(CredentialsRequired);
        pair.bitbucket.faults.problem = undefined;
        expect(await rejection(as()(whoami))).to.be.instanceOf(CredentialsRequired);
      });
    }

    for (const problem of [
      'timestamp_refused',
      'signature_invalid',
      'consumer_key_unknown',
      'permission_denied',
      'nonce_used',
    ]) {
      it(`keeps the token on ${problem}`, async () => {
        pair.bitbucket.faults.problem = problem;
        expect(await rejection(as()(whoami)))
          .to.be.instanceOf(PeerRefused)
          .and.include({ problem });
        pair.bitbucket.faults.problem = undefined;
        expect((await as()(whoami)).status).to.equal(200);
      });
    }

    for (const challenges of [
      'OAuth realm="x", oauth_problem="token_revoked", OAuth realm="x"',
      'OAuth realm="x", OAuth realm="x", oauth_problem="token_revoked"',
      'Basic realm="a, b", oauth oauth_problem=token_revoked, Negotiate',
      'OAuth oauth_problem_advice="%zz \\"no\\"", oauth_problem="token_revoked", Basic realm="x"',
    ]) {
      it(`finds the problem among several challenges: ${challenges}`, async () => {
        const headers = { 'WWW-Authenticate': challenges };
        pair.bitbucket.faults.answer(/whoami/, { status: 401, headers, once: true });
        expect(await rejection(as()(whoami))).to.be.instanceOf(CredentialsRequired);
      });
    }

    it('takes no problem from another challenge than OAuth', async () => {
      const headers = {
        'WWW-Authenticate': 'OAuth realm="oauth_problem=token_revoked", Basic oauth_problem="token_revoked"',
      };
      pair.bitbucket.faults.answer(/whoami/, { status: 401, headers, once: true });
      expect((await as()(whoami)).status).to.equal(401);
      expect(await (await as()(whoami)).text()).to.equal('ben');
    });

    it('renews it before it expires; of many processes one does, and nobody is logged out', async () => {
      const { store, host, encryptionKey } = pair.app;
      const second = await startKitApp({ store, host, encryptionKey, options: { clock: clock.now } });
      try {
        const [grant] = await store.grants.list({}, { limit: 9, offset: 0 });
        await store.grants.update({ ...grant!, expiresAtMs: clock.now() + 1000 });
        const before = accessTokenCalls();
        const calls = [pair.app, second, pair.app, second].map((app) =>
          app.applinks
            .client(linkId)
            .as('id-ana')(whoami)
            .then((answer) => answer.text()),
        );
        expect(await Promise.all(calls)).to.deep.equal(['ben', 'ben', 'ben', 'ben']);
        expect(accessTokenCalls() - before).to.equal(1);
      } finally {
        await second.close();
      }
    });

    it('a renewal that fails takes nothing away while the token counts, and lets nobody wait', async () => {
      const { store } = pair.app;
      const [grant] = await store.grants.list({}, { limit: 9, offset: 0 });
      await store.grants.update({ ...grant!, expiresAtMs: clock.now() + 30_000 });
      pair.bitbucket.faults.answer(/oauth\/access-token/, { status: 503, body: 'down' });
      const calls = [as()(whoami), as()(whoami), as()(whoami)].map(async (call) => (await call).text());
      expect(await Promise.all(calls)).to.deep.equal(['ben', 'ben', 'ben']);
      clock.advance(31_000);
      expect(await rejection(as()(whoami))).to.be.instanceOf(PeerRefused);
      pair.bitbucket.faults.clearAnswers();
      expect(await (await as()(whoami)).text()).to.equal('ben');
    });

    it('a short-lived token without a session handle is used until it expires', async () => {
      pair.bitbucket.faults.answer(/oauth\/access-token/, {
        body: (real) =>
          real
            .replace(/oauth_session_handle=[^&]*/, '')
            .replace(/oauth_expires_in=\d+/, 'oauth_expires_in=40'),
        once: true,
      });
      await connect('rob', 'ben');
      expect(await (await as('id-rob')(whoami)).text()).to.equal('ben');
      clock.advance(41_000);
      expect(await rejection(as('id-rob')(whoami))).to.be.instanceOf(CredentialsRequired);
    });

    it('a session that has ended means to connect again', async () => {
      const { store } = pair.app;
      const [grant] = await store.grants.list({}, { limit: 9, offset: 0 });
      await store.grants.update({ ...grant!, expiresAtMs: clock.now() - 1000 });
      pair.bitbucket.issued.clear();
      expect(await rejection(as()(whoami))).to.be.instanceOf(CredentialsRequired);
    });

    it('is ended by its user, on the page of what they have authorised, and by nobody else', async () => {
      const mine = `${pair.app.baseUrl}/applinks/tokens`;
      const stranger = await browserOf('rob', 'ben');
      expect((await stranger.get(mine)).text).not.to.include('Accounts that you have connected');
      const browser = await browserOf('ana', 'ben');
      const page = await browser.get(mine);
      expect(page.text).to.include('Accounts that you have connected');
      const form = page.forms.findIndex(({ action }) => action.endsWith('/disconnect'));
      const path = new URL(page.forms[form]!.action, mine).href;
      expect((await stranger.post(path, { csrf_token: 'x' })).status).to.equal(403);
      await browser.submit(page, { form });
      expect(await rejection(as()(whoami))).to.be.instanceOf(CredentialsRequired);
    });

    it('is ended by the host for a user who is deleted', async () => {
      expect(await pair.app.applinks.accounts.disconnect({ userId: 'id-rob' })).to.equal(0);
      expect(await pair.app.applinks.accounts.disconnect({ userId: 'id-ana' })).to.equal(1);
      for (const filter of [{}, { user: 'x' }, { userId: undefined }] as object[])
        expect(await rejection(pair.app.applinks.accounts.disconnect(filter))).to.have.property(
          'code',
          'invalid_input',
        );
    });

    it('keeps no token in plain sight of the store', async () => {
      const [grant] = await pair.app.store.grants.list({}, { limit: 9, offset: 0 });
      expect(grant!.sealedDocument).to.match(/^v1\./).and.not.include('oauth');
    });
  });

  describe('without a user', () => {
    it('2LO reaches the peer as nobody, or as its executing user', async () => {
      const client = pair.app.applinks.client(linkId);
      expect(await (await client.asApplication()(whoami)).text()).to.equal('');
      const [consumer] = [...pair.bitbucket.consumers.values()];
      consumer!.executingUser = 'ben';
      expect(await (await client.asApplication()(whoami)).text()).to.equal('ben');
    });

    it('is seen as the last use of the link, in each direction', async () => {
      const admin = await browserOf('admin', 'admin');
      const minutesAgo = async (): Promise<(number | undefined)[]> => {
        const { text } = await admin.get(`${pair.app.baseUrl}/applinks/admin/links/${linkId}`);
        return [...text.matchAll(/Last used<\/dt><dd>(?:<time datetime="([^"]+)"|never)/g)].map(([, time]) =>
          time === undefined ? undefined : Math.round((clock.now() - Date.parse(time)) / minuteMs),
        );
      };
      expect(await minutesAgo()).to.deep.equal([undefined, undefined]);
      await pair.app.applinks.client(linkId).asApplication()(whoami);
      expect(await minutesAgo()).to.deep.equal([undefined, 0]);
      clock.advance(minuteMs);
      await pair.bitbucket.linking.callAsApplication(pair.bitbucket.links()[0]!.id, 'GET', '/whois');
      expect(await minutesAgo()).to.deep.equal([0, 1]);
    });

    it('2LOi needs the level here, then there', async () => {
      const client = pair.app.applinks.client(linkId);
      const named = () => client.asApplication({ requestor: 'ana' })(whoami);
      expect(await rejection(named())).to.have.property('code', 'not_connectable');
      const link = (await pair.app.store.links.get(linkId))!;
      const outgoing = link.outgoing.map((one) => ({
        ...one,
        levels: { ...one.levels, impersonation: true },
      }));
      await pair.app.store.links.update({ ...link, outgoing });
      expect((await named()).status).to.equal(401);
      [...pair.bitbucket.consumers.values()][0]!.impersonation = true;
      expect(await (await named()).text()).to.equal('ana');
    });

    it('nobody becomes another user by a parameter of the address', async () => {
      const before = pair.bitbucket.received.length;
      const application = (requestor?: string) =>
        pair.app.applinks.client(linkId).asApplication(requestor === undefined ? {} : { requestor });
      const form = { method: 'POST', body: new URLSearchParams({ xoauth_requestor_id: 'admin' }) };
      for (const call of [
        application()(`${whoami}?x&xoauth_requestor_id=admin`),
        application()(`${whoami}?xoauth%5Frequestor_id=admin`),
        application()(`${whoami}?user_id=admin`),
        application()(whoami, form),
      ])
        expect(await rejection(call)).to.have.property('code', 'invalid_input');
      expect(pair.bitbucket.received.length).to.equal(before);
      const link = (await pair.app.store.links.get(linkId))!;
      const levels = { threeLegged: true, twoLegged: true, impersonation: true };
      await pair.app.store.links.update({
        ...link,
        outgoing: link.outgoing.map((one) => ({ ...one, levels })),
      });
      [...pair.bitbucket.consumers.values()][0]!.impersonation = true;
      expect(await rejection(application('ana')(`${whoami}?xoauth_requestor_id=admin`))).to.have.property(
        'code',
        'invalid_input',
      );
      expect(await (await application('ana')(`${whoami}?user_id=admin`)).text()).to.equal('ana');
    });

    it('the service user’s account serves work in the background', async () => {
      const service = () => pair.app.applinks.client(linkId).asService()(whoami);
      expect(await rejection(service())).to.have.property('code', 'not_connectable');
      const link = (await pair.app.store.links.get(linkId))!;
      await pair.app.store.links.update({ ...link, serviceUserId: 'id-ana' });
      expect(await rejection(service())).to.be.instanceOf(CredentialsRequired);
      await connect();
      expect(await (await service()).text()).to.equal('ben');
    });

    it('a link that is gone, or has no outgoing direction, says so', async () => {
      expect(await rejection(pair.app.applinks.client('gone').asApplication()(whoami))).to.have.property(
        'code',
        'not_found',
      );
      const { link } = await pair.app.applinks.links.create({ name: 'Other' });
      expect(await rejection(pair.app.applinks.client(link.id).as('id-ana')(whoami))).to.have.property(
        'code',
        'not_connectable',
      );
    });
  });
});
