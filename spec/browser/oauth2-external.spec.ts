/**
 * oauth2.md 5.3 and 5.4 in Chromium: "External application" in one direction each. Jira lets us in, and Bitbucket is let
 * in by us with the redirect URI that it displays, each from the first click to a call.
 */
import { expect } from 'chai';
import { startPair, type Pair } from '../support/linked-peer.js';
import { rememberSecret } from '../support/secrets.js';
import { logInAtPeer, openTwoWindows, type TwoWindows } from '../support/two-windows.js';

describe('OAuth 2.0 with an external application, in Chromium', function () {
  this.timeout(120_000);
  let pair: Pair;
  let windows: TwoWindows;
  const atPeer = (path: string): string => `${pair.bitbucket.url}/plugins/servlet/oauth2${path}`;
  afterEach(async () => {
    await windows.close();
    await pair.close();
  });

  it('5.3: it lets us in (incoming on their side)', async () => {
    pair = await startPair({ mount: 'path' }, { product: 'jira' });
    windows = await openTwoWindows(pair.app.baseUrl, 'external-outgoing');
    const { page, there, look, press, follow, copied, copiedSecret, stateOf } = windows;
    await logInAtPeer(there, pair);
    await follow('Create link');
    await follow('Call it');
    await page.fill('#url', `${pair.bitbucket.url}/`);
    await press('Continue');
    expect(await page.isChecked('#preset-jira')).to.equal(true);
    await press('Create link');
    expect(await copied('#callback-url')).to.match(/\/applinks\/callback\/oauth2\/[\w-]+$/);
    await there.goto(atPeer('/incoming-links/create'));
    await there.fill('[name=name]', 'Sample CI');
    await there.fill('[name=redirects]', await copied('#callback-url'));
    await there.check('[value=WRITE]');
    await press('Save', there);
    await page.fill('#client_id', ` ${await copied('#client-id', there)} `);
    await page.fill('#client_secret', await copiedSecret('#client-secret', there));
    await page.check('#scope-WRITE');
    await press('Save');
    await follow('Test connection');
    await press('Allow');
    await page.waitForURL(/oauth2#test-here/);
    expect(await page.textContent('#test-result')).to.include('It works.');
    expect(await stateOf('test-here')).to.equal('done');
    await look('tested');
    const [link] = await pair.app.applinks.links.list();
    const answer = await pair.app.applinks.client(link!.id).as('id-admin')('/rest/api/2/myself');
    expect(await answer.json()).to.include({ name: 'admin' });
  });

  it('5.4: we let it in (outgoing on their side), with the redirect URI that it displays', async () => {
    pair = await startPair({ mount: 'path' });
    windows = await openTwoWindows(pair.app.baseUrl, 'external-incoming');
    const { page, there, look, press, follow, copied, copiedSecret, stateOf } = windows;
    await logInAtPeer(there, pair);
    await follow('Create link');
    await follow('Let it in');
    await press('Continue');
    expect(await page.textContent('#name-problem')).to.include('Enter a name');
    await look('name');
    await page.fill('#name', 'Bitbucket');
    await press('Continue');
    const guide = page.url();
    await look('guide');
    await there.goto(atPeer('/outgoing/create'));
    await there.fill('[name=name]', await copied('#there-name'));
    await there.fill('[name=authorizationEndpoint]', await copied('#authorization-endpoint'));
    await there.fill('[name=tokenEndpoint]', await copied('#token-endpoint'));
    await press('Show the redirect URL', there);
    await page.getByLabel(/The one that Bitbucket displays/).check();
    await page.fill('#redirect_uri', await copied('#redirect-url', there));
    await press('Make client ID and secret');
    await there.fill('[name=clientId]', await copied('#client-id'));
    await there.fill('[name=clientSecret]', await copiedSecret('#client-secret'));
    await there.fill('[name=scopes]', await copied('#oauth2-scope-0'));
    await press('Save', there);
    await press(/Test connection/, there);
    await press('Allow', there);
    expect(await there.textContent('#test-result')).to.include('The connection works');
    await page.getByText('Tokens were issued').waitFor();
    await page.goto(guide);
    expect(await stateOf('test-there')).to.equal('done');
    await look('done');
    const { oauth2Client } = pair.bitbucket;
    const [config] = oauth2Client.configs();
    const { token } = await oauth2Client.authorize(config!.id, 'ana', async (login, browser) =>
      browser.submit(await browser.get(`${login.url}&user=ana`), { button: 'authorize' }),
    );
    const asked: string[] = [];
    await oauth2Client.useToken(token!.id, {
      isAccepted: async (value) => {
        const headers = { authorization: `Bearer ${rememberSecret(value, 'access token')}` };
        asked.push(await (await fetch(`${pair.app.baseUrl}/whois`, { headers })).text());
        return true;
      },
    });
    expect(asked).to.deep.equal(['{"link":"Bitbucket","user":"ana"}']);
  });
});
