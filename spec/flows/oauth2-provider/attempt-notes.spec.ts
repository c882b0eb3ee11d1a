/** A peer's latest attempt, as its administrator's panel here will show it (oauth2.md 5.4 step 5, 8.2 row 1). */
import { expect } from 'chai';
import { createBrowser } from 'express-applinks/testing';
import { readAttempt, type OAuth2Attempt } from '../../../plugin/store/oauth2-attempt.js';
import { TestClock, minuteMs } from '../../support/clock.js';
import { startKitApp, type KitApp } from '../../support/kit-app.js';
import { call, registerClient, type TestClient } from '../../support/oauth2-client.js';

describe("The note of a peer's latest attempt", () => {
  const clock = new TestClock();
  let app: KitApp;
  let client: TestClient;
  before(async () => {
    app = await startKitApp({ options: { clock: clock.now } });
  });
  beforeEach(async () => {
    client = await registerClient(app, { type: 'atlassian' });
  });
  after(() => app.close());

  /** Notes are written after the answer. */
  const attemptWith = async (isMeant: (attempt: OAuth2Attempt) => boolean): Promise<OAuth2Attempt> => {
    let last: OAuth2Attempt | undefined;
    for (let i = 0; i < 100; i += 1) {
      last = readAttempt(await app.store.notes.list(client.linkId));
      if (last && isMeant(last)) return last;
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    throw new Error(`the note does not become as expected: ${JSON.stringify(last)}`);
  };
  const stagesOf = ({ stages }: OAuth2Attempt): string => stages.map(({ stage }) => stage).join(' ');
  const reaching = (stages: string): Promise<OAuth2Attempt> => attemptWith((it) => stagesOf(it) === stages);
  const failing = (stage: string, error: string): Promise<OAuth2Attempt> =>
    attemptWith(({ failure }) => failure?.stage === stage && failure.error === error);

  it('tells each stage up to the tokens and their renewal, and names without values', async () => {
    const { refresh } = await client.tokens();
    const attempt = await reaching('authorize login consent code token');
    expect(attempt.clientId).to.equal(client.client.clientId);
    expect(attempt.failure).to.equal(null);
    expect(attempt.parameters.authorize).to.have.members([
      ...['response_type', 'client_id', 'redirect_uri', 'scope', 'state', 'prompt'],
    ]);
    expect(attempt.parameters.token).to.include('client_secret').and.not.to.include(client.secret);
    await client.refresh(refresh);
    await reaching('authorize login consent code token refresh');
  });

  it('tells which paths were called with a token, without their query', async () => {
    const { access, refresh } = await client.tokens();
    await call(app, access, '/whois?secret=x', { method: 'GET' });
    expect((await attemptWith(({ calls }) => calls !== undefined)).calls).to.deep.equal(['/whois']);
    await client.refresh(refresh);
    expect((await reaching('authorize login consent code token refresh')).calls).to.deep.equal(['/whois']);
  });

  it('ends where nobody logs in', async () => {
    await createBrowser({ redirects: 0 }).get(client.authorizeUrl());
    await reaching('authorize');
  });

  it('begins anew with each request', async () => {
    await client.tokens();
    await reaching('authorize login consent code token');
    await client.openConsent('ana');
    await reaching('authorize login consent');
  });

  it('tells what went wrong, in the words that the peer saw', async () => {
    await client.openConsent('ana', { redirect_uri: 'https://peer.example.test/old' });
    const { failure } = await failing('authorize', 'invalid_request');
    expect(failure?.description).to.include("https://peer.example.test/old' is not registered");
    await client.openConsent('ana', { scope: 'unheard' });
    await failing('authorize', 'invalid_scope');
    await client.decide('ana', {}, 'cancel');
    expect(stagesOf(await failing('consent', 'access_denied'))).to.equal('authorize login consent');
    const code = await client.code();
    const refused = await client.exchange(code, { client_secret: 'wrong' });
    const wrong = await failing('token', 'invalid_client');
    expect(wrong.failure?.description).to.equal(refused.json.error_description);
    expect(stagesOf(wrong)).to.equal('authorize login consent code');
    await client.exchange(code);
    expect((await reaching('authorize login consent code token')).failure).to.equal(null);
    await client.refresh('dead');
    await failing('refresh', 'invalid_grant');
  });

  it('tells what a newer peer sends that is none of ours, or in a way that is none', async () => {
    await client.token({ grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer', assertion: 'x' });
    const { parameters } = await failing('token', 'unsupported_grant_type');
    expect(parameters.token).to.include('assertion');
    const grant = { grant_type: 'refresh_token', refresh_token: 'x' };
    await client.token(grant, { headers: client.basic() });
    const both = await failing('refresh', 'invalid_request');
    expect(both.failure?.description).to.include('two methods at once');
    const inHeader = { ...grant, client_id: undefined, client_secret: undefined };
    const headers = { authorization: `Basic ${btoa(`${client.client.clientId}:wrong`)}` };
    await client.token(inHeader, { headers });
    await failing('refresh', 'invalid_client');
  });

  it('keeps plain ASCII, and no more than fits on a page, of what an attacker writes', async () => {
    const redirect_uri = `https://evil.example.test/\u202e<b>"\\\0${'\u0007'.repeat(2000)}`;
    await client.openConsent('ana', { redirect_uri, 'na\u202e\0me': 'x' });
    const { failure, parameters } = await failing('authorize', 'invalid_request');
    for (const text of [failure?.description ?? '', ...parameters.authorize])
      expect(text).to.match(/^[\x20\x21\x23-\x5b\x5d-\x7e]+$/);
    expect(failure?.description).to.include('https://evil.example.test/').and.have.length.below(4000);
    expect(parameters.authorize).to.include('na??me');
  });

  it('loses no later stage to a flood of first ones, and writes only some of those', async () => {
    const [browser, page] = await client.openConsent('ana');
    const flood = createBrowser({ redirects: 0 });
    for (let i = 0; i < 30; i += 1) await flood.get(client.authorizeUrl({ [`flood_${i}`]: 'x' }));
    const { parameters } = await reaching('authorize');
    expect(parameters.authorize).not.to.include('flood_29');
    await browser.submit(page, { button: 'authorize' });
    await reaching('authorize code');
    clock.advance(minuteMs);
    await client.openConsent('ana');
    await reaching('authorize login consent');
  });

  it('keeps to a bound, whatever is sent', async () => {
    const many = Object.fromEntries(Array.from({ length: 120 }, (_, i) => [`${'n'.repeat(110)}${i}`, 'x']));
    await client.openConsent('ana', { ...many, state: 'done' });
    const { parameters } = await reaching('authorize login consent');
    expect(parameters.authorize).to.have.length(50);
    expect(Math.max(...parameters.authorize.map((name) => name.length))).to.equal(100);
  });
});
