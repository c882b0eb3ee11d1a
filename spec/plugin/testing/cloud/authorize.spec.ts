import { expect } from 'chai';
import { createBrowser } from '../../../../plugin/testing/index.js';
import { broughtTo, cloudUser, type CloudUser } from './cloud-app.js';

describe('C1: authorization at the cloud', () => {
  let user: CloudUser;
  beforeEach(async () => (user = await cloudUser()));
  afterEach(() => user.stop());

  it('asks to log in, then to consent, naming app, account and scopes, and brings code and state back', async () => {
    const browser = createBrowser();
    const login = await browser.get(user.authorizeUrl());
    expect(login.url).to.include('/login?');
    const consent = await browser.submit(login, { fields: { j_username: 'ana', j_password: 'ana' } });
    for (const shown of ['Sample CI', 'ana', 'read:jira-work', 'offline_access', 'acme']) {
      expect(consent.text).to.include(shown);
    }
    const back = await browser.submit(consent, { button: 'Accept' });
    expect(back.url).to.match(new RegExp(`^${user.callbackUrl}\\?`));
    expect(broughtTo(back)).to.have.all.keys('code', 'state').and.to.include({ state: 'a state + 1' });
  });

  it('asks every time', async () => {
    await user.code();
    const browser = await user.cloud.as('ana');
    expect((await browser.get(user.authorizeUrl())).forms[0]?.buttons[0]?.label).to.equal('Accept');
  });

  it('brings access_denied back from a user who cancels', async () => {
    const brought = broughtTo(await user.consent({}, 'Cancel'));
    expect(brought)
      .to.include({ error: 'access_denied', state: 'a state + 1' })
      .and.not.to.have.property('code');
    expect(user.cloud.grants()).to.deep.equal([]);
  });

  for (const [what, changes, error] of [
    ['without audience', { audience: undefined }, 'invalid_request'],
    ['with another audience', { audience: 'other.example' }, 'invalid_request'],
    ['without prompt=consent', { prompt: undefined }, 'invalid_request'],
    ['with another prompt', { prompt: 'select_account' }, 'invalid_request'],
    ['without scope', { scope: undefined }, 'invalid_scope'],
    ['with a scope that the app has no permission for', { scope: 'manage:jira-webhook' }, 'invalid_scope'],
    ['with another response type', { response_type: 'token' }, 'unsupported_response_type'],
  ] as const) {
    it(`answers ${error} at the callback to a request ${what}, before any login`, async () => {
      const back = await createBrowser().get(user.authorizeUrl(changes));
      expect(broughtTo(back)).to.include({ error, state: 'a state + 1' });
    });
  }

  for (const [what, changes] of [
    ['an unknown app', () => ({ client_id: 'unknown' })],
    ['a callback URL that is not registered', () => ({ redirect_uri: 'https://evil.example/' })],
    ['a callback URL that only begins like one', () => ({ redirect_uri: `${user.callbackUrl}/more` })],
    ['no callback URL', () => ({ redirect_uri: undefined })],
  ] as const) {
    it(`shows a page for ${what}, and sends the browser nowhere`, async () => {
      const shown = await createBrowser({ redirects: 0 }).get(user.authorizeUrl(changes()));
      expect(shown.status).to.equal(400);
      expect(shown.header('location')).to.equal(undefined);
    });
  }

  it('looks at no PKCE and returns no state that did not come', async () => {
    const brought = broughtTo(await user.consent({ code_challenge: 'x', state: undefined }));
    expect(brought).to.have.all.keys('code');
  });

  it('takes a consent only from its own form', async () => {
    const browser = await user.cloud.as('ana');
    const forged = await browser.post(user.authorizeUrl(), { decision: 'accept' });
    expect(forged.status).to.equal(403);
  });

  it('lets nobody consent who may use no site', async () => {
    user.cloud.switches.sites = [];
    expect(broughtTo(await user.consent())).to.include({ error: 'access_denied' });
  });
});
