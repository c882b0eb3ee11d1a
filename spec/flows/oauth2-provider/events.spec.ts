/** What an auditor hears of the authorization server; that nothing of it is secret is held for the whole run (secrets.ts). */
import { expect } from 'chai';
import type { EventMap, EventName } from 'express-applinks';
import { TestClock } from '../../support/clock.js';
import { startKitApp, type KitApp } from '../../support/kit-app.js';
import { call, registerClient, tokensOf, type TestClient } from '../../support/oauth2-client.js';

const names = [
  ...(['authorization.allowed', 'authorization.denied', 'authorization_code.replayed'] as const),
  ...(['access_token.issued', 'access_token.renewed', 'access_token.revoked'] as const),
  ...(['refresh_token.reused', 'request.rejected'] as const),
];

describe('The events of the authorization server', () => {
  const clock = new TestClock();
  let app: KitApp;
  let client: TestClient;
  const heard: [EventName, object][] = [];
  before(async () => {
    app = await startKitApp({ options: { clock: clock.now } });
    for (const name of names) app.applinks.on(name, (event) => heard.push([name, event]));
  });
  beforeEach(async () => {
    client = await registerClient(app);
    heard.splice(0);
  });
  after(() => app.close());

  const about = (): object => ({ linkId: client.linkId, credentialId: client.client.id, userId: 'id-ana' });
  const token = async (): Promise<object> => {
    const [authorization] = await app.store.authorizations.list(
      { linkId: client.linkId },
      { limit: 1, offset: 0 },
    );
    return { ...about(), tokenId: authorization?.id };
  };
  const rejected = (
    endpoint: string,
    problem: EventMap['request.rejected']['problem'],
    reason: RegExp,
  ): void => {
    const [name, event] = heard.at(-1) ?? [];
    expect(name).to.equal('request.rejected');
    const { address, ...rest } = event as EventMap['request.rejected'];
    expect(address).to.equal('127.0.0.1');
    expect(rest).to.include({ endpoint, problem });
    expect(rest.reason).to.match(reason);
  };

  it('tell of a grant, its renewal and its end', async () => {
    const { refresh } = await client.tokens();
    const issued = await token();
    const next = tokensOf(await client.refresh(refresh));
    await client.revoke(next.refresh);
    expect(heard).to.deep.equal([
      ['authorization.allowed', about()],
      ['access_token.issued', issued],
      ['access_token.renewed', issued],
      ['access_token.revoked', { ...issued, by: null }],
    ]);
  });

  it('tell who denied', async () => {
    await client.decide('ana', {}, 'cancel');
    expect(heard[0]).to.deep.equal(['authorization.denied', about()]);
    rejected('oauth2-authorize', 'access_denied', /denied/);
    expect(heard).to.have.length(2);
  });

  it('tell of a token without a user', async () => {
    const own = await registerClient(app, { allowClientCredentials: true });
    await own.token({ grant_type: 'client_credentials' });
    expect(heard.at(-1)?.[1]).to.include({ linkId: own.linkId, userId: null });
  });

  it('tell of a code that came again, and of a refresh token', async () => {
    const code = await client.code();
    await client.exchange(code);
    const first = await token();
    await client.exchange(code);
    expect(heard.slice(2, 4)).to.deep.equal([
      ['authorization_code.replayed', first],
      ['access_token.revoked', { ...first, by: null }],
    ]);
    rejected('oauth2-token', 'invalid_grant', /already used/);
    const { refresh } = await client.tokens();
    await client.refresh(refresh);
    const second = await token();
    clock.advance(31_000);
    heard.splice(0);
    await client.refresh(refresh);
    expect(heard.slice(0, 2)).to.deep.equal([
      ['refresh_token.reused', second],
      ['access_token.revoked', { ...second, by: null }],
    ]);
  });

  it('tell what was refused, with the client as claimed', async () => {
    await client.refresh('x', { client_secret: 'wrong' });
    rejected('oauth2-token', 'invalid_client', /secret is wrong/);
    expect(heard.at(-1)?.[1]).to.include({ consumerKey: client.client.clientId });
    await client.openConsent('ana', { redirect_uri: 'https://evil.example.test/' });
    rejected('oauth2-authorize', 'invalid_request', /not registered/);
    await client.openConsent('ana', { scope: 'more' });
    rejected('oauth2-authorize', 'invalid_scope', /more than this client/);
    await call(app, 'unknown');
    rejected('resource', 'invalid_token', /token unknown/);
  });
});
