/**
 * oauth2.md 5.2 in Chromium, as the administrator of both sides walks it: a Data Center product and the kit let each
 * other in by OAuth 2.0, the redirect URI a placeholder first and corrected afterwards, up to a call in each direction.
 */
import { expect } from 'chai';
import { startPair, type Pair } from '../support/linked-peer.js';
import { rememberSecret } from '../support/secrets.js';
import { logInAtPeer, openTwoWindows, type TwoWindows } from '../support/two-windows.js';

describe('OAuth 2.0 between Data Center and the kit, in Chromium (5.2)', function () {
  this.timeout(120_000);
  let pair: Pair;
  let windows: TwoWindows;
  let guide: string;
  const atPeer = (path: string): string => `${pair.bitbucket.url}/plugins/servlet${path}`;

  before(async () => {
    pair = await startPair({ mount: 'path' });
    windows = await openTwoWindows(pair.app.baseUrl, 'dc');
    await logInAtPeer(windows.there, pair);
  });
  after(async () => {
    await windows.close();
    await pair.close();
  });

  it('says which choice is for what, and who is at the address', async () => {
    const { page, look, press, follow, stateOf } = windows;
    await follow('Create link');
    await look('choices');
    await follow('Link by OAuth 2.0');
    await look('address');
    await page.fill('#url', 'nonsense :');
    await press('Continue');
    await look('address-problem');
    await page.fill('#url', pair.bitbucket.url);
    await press('Continue');
    expect(await page.isChecked('#preset-bitbucket')).to.equal(true);
    await look('found');
    await page.fill('#name', '');
    await press('Create link');
    expect(await page.textContent('#name-problem')).to.include('Enter a name');
    await page.fill('#name', 'Bitbucket');
    await press('Create link');
    guide = page.url();
    expect(await stateOf('register-there')).to.equal('next');
    await look('guide-begun');
  });

  it('1, 2: at the peer an incoming link with our callback URL; its credentials are entered here', async () => {
    const { page, there, look, press, copied, copiedSecret, stateOf } = windows;
    await there.goto(atPeer('/oauth2/incoming-links/create'));
    await there.fill('[name=name]', await copied('#register-name'));
    await there.fill('[name=redirects]', await copied('#callback-url'));
    await there.check('[value=REPO_READ]');
    await press('Save', there);
    await page.fill('#client_id', await copied('#client-id', there));
    await press('Save');
    expect(await page.textContent('#state')).to.include('Half-way: still missing the client secret');
    await look('guide-partial');
    await page.goto(guide);
    expect(await page.inputValue('#client_id')).to.equal(await copied('#client-id', there));
    await page.fill('#client_secret', await copiedSecret('#client-secret', there));
    await press('Save');
    expect(await page.textContent('#state')).to.include('Ready.');
    expect(await page.locator('#enter-here form').isVisible()).to.equal(false);
    expect(await stateOf('enter-here')).to.equal('done');
  });

  it('3: test connection goes there and back, and shows each step', async () => {
    const { page, look, press, follow, stateOf } = windows;
    await look('guide-ready');
    await follow('Test connection');
    await press('Allow');
    await page.waitForURL(/oauth2#test-here/);
    expect(await page.textContent('#test-result')).to.include('It works.');
    expect(await page.textContent('#accounts')).to.include('REPO_READ');
    expect(await stateOf('test-here')).to.equal('done');
    await look('guide-tested');
    const { applinks } = pair.app;
    const [link] = await applinks.links.list();
    const answer = await applinks.client(link!.id).as('id-admin')('/rest/api/1.0/application-properties');
    expect(answer.headers.get('x-ausername')).to.equal('admin');
  });

  it('4, 5: with a placeholder first, credentials are made here and entered at the peer', async () => {
    const { page, there, look, press, copied, copiedSecret } = windows;
    await page.getByLabel(/A placeholder for now/).check();
    await page.fill('#placeholder_uri', 'http://peer.example.com/');
    await press('Make client ID and secret');
    expect(await page.textContent('#placeholder_uri-problem')).to.include('https');
    await look('guide-placeholder-problem');
    await page.fill('#placeholder_uri', 'https://peer.example.com/');
    await press('Make client ID and secret');
    const secret = await copiedSecret('#client-secret');
    await look('guide-secret');
    await there.goto(atPeer('/oauth2/outgoing/create'));
    await there.fill('[name=name]', await copied('#there-name'));
    await there.fill('[name=clientId]', await copied('#client-id'));
    await there.fill('[name=clientSecret]', secret);
    await there.fill('[name=authorizationEndpoint]', await copied('#authorization-endpoint'));
    await there.fill('[name=tokenEndpoint]', await copied('#token-endpoint'));
    await there.fill('[name=scopes]', await copied('#oauth2-scope-0'));
    await press('Save', there);
    expect(await there.textContent('table')).to.include('Sample CI');
    await page.goto(guide);
    expect(await page.textContent('main')).to.not.include(secret);
  });

  it('6, 7: the placeholder is told at the test, corrected with one click, and then the test is green', async () => {
    const { page, there, look, press, follow, copied, stateOf } = windows;
    await press(/Test connection/, there);
    expect(await there.textContent('main')).to.include('is not registered');
    await page.locator('#last-attempt .failed').waitFor();
    await look('guide-attempt-failed');
    const computed = await copied('#computed-uri');
    await press('Use the expected one');
    expect(await stateOf('redirect-uri')).to.equal('next');
    expect(await page.textContent('#redirect-uri')).to.include('usable');
    await there.goto(atPeer('/oauth2/outgoing'));
    await follow(/^Edit/, there);
    expect(await copied('#redirect-url', there)).to.equal(computed);
    await there.goto(atPeer('/oauth2/outgoing'));
    await press(/Test connection/, there);
    await press('Allow', there);
    expect(await there.textContent('#test-result')).to.include('The connection works');
    await page.getByText('Tokens were issued').waitFor();
    await page.goto(guide);
    expect(await stateOf('test-there')).to.equal('done');
    await look('guide-done');
  });

  it('and a user of the peer calls us with what they allowed', async () => {
    const { there, press, follow, copied } = windows;
    await there.goto(atPeer('/oauth2/outgoing'));
    await follow(/^Use/, there);
    await press('Authorise', there);
    await press('Allow', there);
    const tokenId = await copied('#token-id', there);
    const asked: string[] = [];
    const { outcome } = await pair.bitbucket.oauth2Client.useToken(tokenId, {
      isAccepted: async (token) => {
        const headers = { authorization: `Bearer ${rememberSecret(token, 'access token')}` };
        const answer = await fetch(`${pair.app.baseUrl}/whois`, { headers });
        asked.push(await answer.text());
        return answer.ok;
      },
    });
    expect(outcome).to.equal('used');
    expect(asked).to.deep.equal(['{"link":"Bitbucket","user":"admin"}']);
  });

  it('the link’s own page shows both directions, and leads back to the guide', async () => {
    const { page, look, follow } = windows;
    await page.goto(`${pair.app.baseUrl}/applinks/admin`);
    await page.locator('tbody a').first().click();
    expect(await page.textContent('#oauth2-calls')).to.include('Ready.');
    await look('link');
    await follow('OAuth 2.0, step by step');
    expect(page.url()).to.equal(guide);
  });
});
