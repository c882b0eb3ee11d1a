/** The whole flow once, for each type of client. */
import { expect } from 'chai';
import { startKitApp, type KitApp } from '../../support/kit-app.js';
import { call, registerClient, tokensOf } from '../../support/oauth2-client.js';

describe('The authorization server', () => {
  let app: KitApp;
  before(async () => {
    app = await startKitApp();
  });
  after(() => app.close());

  for (const type of ['atlassian', 'confidential', 'public'] as const) {
    it(`takes a client of the type ${type} from consent to a call, a renewal and a revocation`, async () => {
      const client = await registerClient(app, { type });
      const first = await client.tokens();
      const answer = await call(app, first.access);
      expect([answer.status, JSON.parse(answer.text)]).to.deep.include(201);
      const second = tokensOf(await client.refresh(first.refresh));
      expect((await call(app, second.access)).status).to.equal(201);
      expect((await client.revoke(second.refresh)).status).to.equal(200);
      expect((await call(app, second.access)).status).to.equal(401);
    });
  }
});
