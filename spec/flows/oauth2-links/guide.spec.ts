/** The guide's forms where the procedures in Chromium do not lead: another server, a second direction, the cloud of a vendor. */
import { expect } from 'chai';
import type { MiniBrowser, Page } from 'express-applinks/testing';
import { minuteMs } from '../../support/clock.js';
import { loggedIn } from '../../support/oauth2-link.js';
import { startKitApp, type KitApp, type KitAppOptions } from '../../support/kit-app.js';
import { startCallingPair } from '../../support/oauth2-pair.js';
import { startOAuth2Provider } from '../../support/oauth2-provider.js';
import { rememberSecret } from '../../support/secrets.js';

const secret = rememberSecret('b'.repeat(40), 'consumer secret');

describe('The guide through a link over OAuth 2.0', () => {
  let app: KitApp;
  let browser: MiniBrowser;
  const start = async (options: KitAppOptions = {}): Promise<void> => {
    app = await startKitApp({ mount: 'path', ...options });
    browser = await loggedIn(app.baseUrl, 'admin');
  };
  afterEach(() => app.close());

  const at = (path: string): Promise<Page> => browser.get(`${app.baseUrl}/applinks/admin${path}`);
  /** Submits the form of the page that goes to `action`. */
  const submit = (page: Page, action: string, fields: Record<string, string>): Promise<Page> => {
    const form = page.forms.findIndex((one) => new URL(one.action).pathname.endsWith(action));
    return browser.submit(page, { form, fields });
  };
  const create = async (preset: string, url: string): Promise<Page> => {
    const asked = await submit(await at('/create/oauth2'), '/create/oauth2/look', { url });
    return submit(asked, '/create/oauth2', { preset, name: 'The peer', url });
  };

  it('another server: its endpoints are entered, and each mistake is told at its field', async () => {
    await start();
    const guide = await create('custom', 'https://auth.example.test');
    const wrong = await submit(guide, '/oauth2/calls', {
      ...{ client_id: 'kit', client_secret: secret, scopes: 'read "write"' },
      ...{ authorize_url: 'http://auth.example.test/authorize', token_url: '' },
    });
    expect(wrong.status).to.equal(400);
    expect(wrong.text).to.include('This is not the name of a scope.').and.not.include(secret);
    const unreachable = await submit(wrong, '/oauth2/calls', {
      ...{ client_id: 'kit', scopes: 'read', authorize_url: '', token_url: '' },
    });
    expect(unreachable.textOf('authorize_url-problem')).to.include('auth.example.test');
    const saved = await submit(wrong, '/oauth2/calls', {
      ...{ client_id: 'kit', client_secret: secret, scopes: ' read  write ' },
      ...{
        authorize_url: 'https://auth.example.test/authorize',
        token_url: 'https://auth.example.test/token',
      },
      token_authentication: 'client_secret_basic',
    });
    expect(saved.text).to.include('Ready.').and.include('read write').and.not.include(secret);
    const [link] = await app.applinks.links.list();
    expect(link!.outgoing[0]!.settings).to.include({ tokenAuthentication: 'client_secret_basic' });
    expect(link!.state).to.equal('active');
  });

  it('another server with metadata: its endpoints and issuer stay when nobody touches them', async () => {
    await start();
    const provider = await startOAuth2Provider();
    provider.metadata = {
      issuer: provider.url,
      authorization_endpoint: `${provider.url}/rest/oauth2/latest/authorize`,
      token_endpoint: `${provider.url}/rest/oauth2/latest/token`,
      authorization_response_iss_parameter_supported: true,
    };
    const guide = await create('custom', provider.url);
    const fields = { client_id: 'kit', client_secret: secret, scopes: 'read' };
    expect((await submit(guide, '/oauth2/calls', fields)).text).to.include('Ready.');
    const [link] = await app.applinks.links.list();
    expect(link!.outgoing[0]!.settings).to.include({ issuer: provider.url, isIssAnnounced: 'true' });
    await provider.close();
  });

  it('a site of the cloud uses the client of the vendor, or its own', async () => {
    await start({ options: { cloud: { clientId: 'vendor', clientSecret: secret } } });
    const asked = await submit(await at('/create/oauth2'), '/create/oauth2/look', {
      url: 'acme.atlassian.net',
    });
    expect(asked.text).to.include('a site of Atlassian’s cloud');
    const guide = await browser.submit(asked, { form: 0 });
    expect(guide.text).to.include('comes with a client ID that is registered at Atlassian');
    const saved = await submit(guide, '/oauth2/calls', {});
    expect(saved.text).to.include('Ready.').and.include('Test connection');
    expect(saved.text).not.to.include(secret);
  });

  it('the other direction is added to a link that was made to let an application in', async () => {
    await start();
    const guide = await submit(await at('/create/oauth2-incoming'), '/create/oauth2-incoming', {
      name: 'Jira',
    });
    expect(guide.text).to.include('Should Sample CI also call Jira?').and.not.include('Our callback');
    const none = await submit(guide, '/oauth2/direction', {});
    expect(none.status).to.equal(400);
    const added = await submit(guide, '/oauth2/direction', { preset: 'jira' });
    expect(added.text).to.include('/applinks/callback/oauth2/').and.include('Nothing is entered yet.');
  });

  it('a secret is shown in one answer, and at no later visit', async () => {
    await start();
    const guide = await submit(await at('/create/oauth2-incoming'), '/create/oauth2-incoming', {
      name: 'Jira',
    });
    const made = await submit(guide, '/oauth2/client', {
      redirect: 'placeholder',
      placeholder_uri: 'https://jira.example.test',
    });
    const shown = rememberSecret(made.textOf('client-secret')!, 'consumer secret');
    expect(shown).to.have.length.above(30);
    expect((await browser.get(guide.url)).text)
      .to.include('not usable')
      .and.not.include(shown);
    const wrong = await submit(await browser.get(guide.url), '/oauth2/redirect-uri', {
      redirect_uri: 'javascript:alert(1)',
    });
    expect(wrong.status).to.equal(400);
    const uri = 'https://jira.example.test/plugins/servlet/oauth2/client/callback/x';
    const right = await submit(await browser.get(guide.url), '/oauth2/redirect-uri', { redirect_uri: uri });
    expect(right.text).to.include(uri).and.not.include('not usable');
  });

  it('tells the same by JSON: accounts with what is wrong with them, and how the last attempts ended', async () => {
    const pair = await startCallingPair();
    app = pair.app;
    await pair.connect();
    const path = `/links/${pair.linkId}/accounts`;
    const listed = async () =>
      (await pair.ask('GET', path)).json.accounts as { id: string; trouble: { reason: string } | null }[];
    const [account] = await listed();
    expect(account).to.deep.include({ account: 'ana', scopes: ['REPO_READ'], lacking: [], trouble: null });
    pair.bitbucket.oauth2Provider.resetSecret(pair.clientId);
    pair.clock.advance(61 * minuteMs);
    await pair.call().catch(() => undefined);
    expect((await listed())[0]!.trouble!.reason).to.equal('credentials');
    const { outgoingAttempt, accessLost } = (await pair.ask('GET', `/links/${pair.linkId}/status`)).json;
    expect(outgoingAttempt).to.deep.include({ userId: 'id-ana', state: 'finished' });
    expect(accessLost).to.equal(null);
    await pair.ask('PUT', pair.connection, { scopes: ['REPO_WRITE'] });
    expect((await listed())[0]).to.deep.include({ lacking: ['REPO_WRITE'], trouble: null });
    expect((await pair.ask('DELETE', `${path}/${account!.id}`)).status).to.equal(204);
    expect((await pair.ask('DELETE', `${path}/${account!.id}`)).status).to.equal(404);
    await pair.bitbucket.stop();
  });
});
