/** The pages of a client of OAuth 2.0: over HTTP with a real client, who gets tokens by what the pages show. */
import { expect } from 'chai';
import type { MiniBrowser, Page } from 'express-applinks/testing';
import { browserOf, locationOf } from '../../../support/consent.js';
import { startKitApp, type KitApp } from '../../../support/kit-app.js';
import { TestClient } from '../../../support/oauth2-client.js';
import { rememberSecret } from '../../../support/secrets.js';
import { problemAt, valueOf } from '../page-reading.js';
import { authorization } from '../granted-authorization.js';

const redirectUri = 'https://peer.example.test/callback';

describe('The pages of clients of OAuth 2.0', () => {
  let app: KitApp;
  let admin: MiniBrowser;
  let linkId: string;
  beforeEach(async () => {
    app = await startKitApp({
      mount: 'path',
      options: { scopes: { build: 'Start and stop builds', read: 'See builds' } },
    });
    admin = await browserOf(app.baseUrl, 'admin');
    const displayUrl = 'https://bitbucket.example.test/bb';
    linkId = (await app.applinks.links.create({ name: 'Bitbucket', displayUrl })).link.id;
  });
  afterEach(() => app.close());

  const open = (rest = ''): Promise<Page> =>
    admin.get(`${app.baseUrl}/applinks/admin/links/${linkId}${rest}`);
  const formTo = (page: Page, end: string): number =>
    page.forms.findIndex(({ action }) => action.endsWith(end));
  const submit = (page: Page, end: string, fields: Record<string, string>): Promise<Page> =>
    admin.submit(page, { form: formTo(page, end), fields });
  const create = async (fields: Record<string, string> = {}): Promise<Page> =>
    submit(await open('/clients/new'), '/clients/new', { scope: 'build', ...fields });
  const remembered = (page: Page): string =>
    rememberSecret(valueOf(page, 'client-secret'), 'consumer secret');
  const clientAs = async (secret: string): Promise<TestClient> => {
    const [client] = (await app.applinks.links.get(linkId)).clients;
    return new TestClient(app, linkId, client!, secret);
  };

  it('offer the redirect URI that an Atlassian product will use, and show what to enter there', async () => {
    const made = await create();
    const secret = remembered(made);
    const { client } = await clientAs(secret);
    expect(client).to.deep.include({ type: 'atlassian', scopes: ['build'] });
    const [{ uri } = { uri: '' }] = client.redirectUris;
    expect(uri).to.match(
      /^https:\/\/bitbucket\.example\.test\/bb\/plugins\/servlet\/oauth2\/client\/callback\/[\w-]{22}$/,
    );
    expect(valueOf(made, 'client-id')).to.equal(client.clientId);
    expect(valueOf(made, 'authorization-endpoint')).to.equal(`${app.baseUrl}/oauth2/authorize`);
    expect(valueOf(made, 'token-endpoint')).to.equal(`${app.baseUrl}/oauth2/token`);
    expect(valueOf(made, 'oauth2-scope-0')).to.equal('build');
    expect(made.text).to.include('We let Bitbucket in (outgoing on their side)');
    expect((await open()).text).not.to.include(secret);
    expect((await admin.get(`${app.baseUrl}/applinks/admin`)).text).to.include('Incoming');
  });

  it('warn of addresses that are longer than an Atlassian product takes (oauth2.md 1.1)', async () => {
    const long = `https://ci.example.test/${'x'.repeat(214)}`;
    for (const [baseUrl, isWarned] of [
      [long, false],
      [`${long}x`, true],
    ] as const) {
      const other = await startKitApp({ options: { baseUrl, mountPath: '' } });
      try {
        expect(`${baseUrl}/oauth2/authorize`.length > 255).to.equal(isWarned);
        const { link } = await other.applinks.links.create({ name: 'Bitbucket' });
        const { secret } = await other.applinks.links.addClient(link.id, {
          redirectUris: [{ uri: 'https://b.example.test/' }],
          scopes: ['build'],
        });
        rememberSecret(secret!, 'consumer secret');
        const browser = await browserOf(other.baseUrl, 'admin');
        const page = await browser.get(`${other.baseUrl}/applinks/admin/links/${link.id}`);
        expect(page.status).to.equal(200);
        expect(page.text.includes('at most 255 characters, and ours are longer')).to.equal(isWarned);
      } finally {
        await other.close();
      }
    }
  });

  it('give out a secret that gets tokens; a new one beside it, until the former one is ended', async () => {
    const first = await clientAs(remembered(await create({ redirect_uri_0: redirectUri })));
    const { access } = await first.tokens();
    expect(access).not.to.equal('');
    const rotated = await submit(await open(), '/secret', { overlap_ms: '3600000' });
    const second = await clientAs(remembered(rotated));
    for (const client of [first, second])
      expect((await client.exchange(await client.code())).status).to.equal(200);
    const third = await clientAs(remembered(await submit(await open(), '/secret', { overlap_ms: '0' })));
    expect((await second.exchange(await second.code())).json.error).to.equal('invalid_client');
    expect((await third.exchange(await third.code())).status).to.equal(200);
  });

  it('take a placeholder, to which nobody is sent, and put the right address into its place by one click', async () => {
    const made = await create({ redirect_uri_0: 'https://bitbucket.example.test', placeholder_0: '1' });
    const client = await clientAs(remembered(made));
    expect(made.text).to.include('placeholder, not usable').and.include('Redirect URI that we expect');
    const [, refused] = await client.openConsent('ana');
    expect(refused.status).to.equal(400);
    expect((await open()).text)
      .to.include('Its request for authorisation was refused')
      .and.include('The redirect URI is a placeholder')
      .and.include('<code>https://bitbucket.example.test</code> (placeholder)');
    const moved = await submit(await open(), '/redirect-uri', {});
    expect(locationOf(moved)).to.include('done=saved');
    const now = await clientAs(client.secret!);
    expect(now.client.redirectUris).to.have.length(1);
    expect(now.client.redirectUris[0]!.isPlaceholder).to.equal(false);
    expect((await now.exchange(await now.code())).status).to.equal(200);
    expect((await open()).text).not.to.include('Redirect URI that we expect');
  });

  it('show every stage that the peer reached, names of its parameters, and no value of them', async () => {
    const client = await clientAs(remembered(await create({ redirect_uri_0: redirectUri })));
    const state = 'state-that-nobody-shall-see';
    await client.exchange(await client.code('ana', { state }));
    const page = await open();
    for (const stage of [
      'A user was logged in',
      'The user was asked',
      'a code went out',
      'Tokens were issued',
    ])
      expect(page.text).to.include(stage);
    expect(page.text)
      .to.match(/request for tokens: [^<]*grant_type/)
      .and.not.to.include(state);
    await client.exchange('unknown');
    const failed = await open();
    expect(failed.text).to.include('No tokens were issued').and.include('invalid_grant');
  });

  it('edit several redirect URIs, and say at each line what is wrong with it', async () => {
    await create({ redirect_uri_0: redirectUri }).then(remembered);
    const { client } = await clientAs('');
    const edit = `/clients/${client.id}/edit`;
    const second = await submit(await open(edit), '/edit', {
      redirect_uri_1: 'https://peer.example.test/two',
    });
    expect(locationOf(second)).to.include('#oauth-credentials');
    const refused = await submit(await open(edit), '/edit', {
      redirect_uri_0: '',
      redirect_uri_2: 'http://peer.example.test/three',
      access_token_duration: 'long',
    });
    expect(refused.status).to.equal(400);
    expect(problemAt(refused, 'redirect_uri_1')).to.include('https URL');
    expect(problemAt(refused, 'redirect_uri_0')).to.equal('');
    expect(problemAt(refused, 'access_token_duration')).to.include('Enter a number');
    expect(refused.text).to.include('value="http://peer.example.test/three"');
    await submit(await open(edit), '/edit', { redirect_uri_0: '' });
    expect((await clientAs('')).client.redirectUris).to.deep.equal([
      { uri: 'https://peer.example.test/two', isPlaceholder: false },
    ]);
  });

  it('refuse a form without a scope, with what was typed', async () => {
    const page = await open('/clients/new');
    const refused = await admin.submit(page, { fields: { redirect_uri_0: redirectUri, placeholder_0: '1' } });
    expect(refused.status).to.equal(400);
    expect(problemAt(refused, 'scopes')).to.include('at least one scope');
    expect(refused.text)
      .to.include(`value="${redirectUri}"`)
      .and.match(/placeholder_0"[^>]* checked/);
  });

  it('say how many users lose access before a client is deleted, and of the whole link', async () => {
    await create({ redirect_uri_0: redirectUri }).then(remembered);
    const link = await app.applinks.links.get(linkId);
    const path = `/clients/${link.clients[0]!.id}/delete`;
    expect((await open(path)).text).to.include('Nobody has given it access');
    for (const user of ['id-ana', 'id-ana', 'id-rob', null]) await authorization(app.store, link, user);
    for (const rest of [path, '/delete'])
      expect((await open(rest)).text).to.include('Access is revoked for 2 users');
    const gone = await submit(await open(path), '/delete', {});
    expect(locationOf(gone)).to.include('done=client-deleted');
    expect((await app.applinks.links.get(linkId)).clients).to.be.empty;
    expect(await app.applinks.tokens.list({}, { limit: 9, offset: 0 })).to.be.empty;
  });

  it('show what was authorised by both kinds in both lists, and revoke it', async () => {
    const client = await clientAs(remembered(await create({ redirect_uri_0: redirectUri })));
    const { access } = await client.tokens();
    const all = await admin.get(`${app.baseUrl}/applinks/admin/tokens`);
    expect(all.text)
      .to.include('OAuth 2.0')
      .and.include(client.client.clientId)
      .and.include('A test of the connection?');
    const ana = await browserOf(app.baseUrl, 'ana');
    const mine = await ana.get(`${app.baseUrl}/applinks/tokens`);
    expect(mine.text).to.include('OAuth 2.0').and.include('Start and stop builds');
    expect(mine.text).not.to.include('A test of the connection?');
    await ana.submit(mine, { form: 0 });
    const headers = { authorization: `Bearer ${access}` };
    const answer = await fetch(`${app.baseUrl}/job/demo/build`, { method: 'POST', headers });
    expect(answer.status).to.equal(401);
  });

  it('know no client of another link', async () => {
    await create({ redirect_uri_0: redirectUri }).then(remembered);
    const { client } = await clientAs('');
    const other = (await app.applinks.links.create({ name: 'Other' })).link.id;
    for (const rest of ['edit', 'delete']) {
      const url = `${app.baseUrl}/applinks/admin/links/${other}/clients/${client.id}/${rest}`;
      expect((await admin.get(url)).status).to.equal(404);
    }
  });

  it('are for administrators only, and take forms of their own only', async () => {
    await create({ redirect_uri_0: redirectUri }).then(remembered);
    const { client } = await clientAs('');
    const ana = await browserOf(app.baseUrl, 'ana');
    const base = `${app.baseUrl}/applinks/admin/links/${linkId}/clients`;
    for (const path of ['new', `${client.id}/edit`, `${client.id}/delete`])
      expect((await ana.get(`${base}/${path}`)).status).to.equal(403);
    const page = await open();
    for (const end of ['/secret', '/redirect-uri']) {
      const form = formTo(page, end);
      expect(form, end).to.be.at.least(0);
      const answer = await admin.submit(page, { form, fields: { csrf_token: 'forged' } });
      expect(answer.status).to.equal(403);
    }
    expect((await clientAs('')).client).to.deep.equal(client);
  });
});
