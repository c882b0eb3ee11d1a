/** The whole flow on every mount and both versions of Express, with the requests of an Atlassian client. */
import { expect } from 'chai';
import { startKitApp, type KitApp, type MountKind } from '../../support/kit-app.js';
import { call, registerClient, tokensOf } from '../../support/oauth2-client.js';

const mounts: readonly MountKind[] = ['root', 'path', 'stripped'];

for (const express of [5, 4] as const) {
  for (const mount of mounts) {
    describe(`OAuth 2.0 on the mount ${mount} of Express ${express}`, () => {
      let app: KitApp;
      before(async () => {
        app = await startKitApp({ mount, express });
      });
      after(() => app.close());

      for (const type of ['atlassian', 'confidential', 'public'] as const) {
        it(`takes a client of the type ${type} from consent to a call, a renewal and a revocation`, async () => {
          const client = await registerClient(app, { type });
          const answer = await client.decide('ana', { state: 'a b' });
          expect([answer.get('iss'), answer.get('state')]).to.deep.equal([app.baseUrl, 'a b']);
          const first = tokensOf(await client.exchange(answer.get('code') ?? ''));
          const body = new URLSearchParams({ branch: 'main' });
          const called = await call(app, first.access, '/job/demo/build', { body });
          expect(JSON.parse(called.text)).to.deep.equal({ startedBy: 'ana', body: { branch: 'main' } });
          const second = tokensOf(await client.refresh(first.refresh));
          expect((await client.revoke(second.refresh)).status).to.equal(200);
          expect((await call(app, second.access)).status).to.equal(401);
        });
      }

      it('answers its errors as elsewhere', async () => {
        const client = await registerClient(app);
        const refused = await client.refresh('x');
        expect([refused.status, refused.json.error]).to.deep.equal([400, 'invalid_grant']);
        expect(refused.headers.get('content-type')).to.equal('application/json;charset=UTF-8');
        const [, page] = await client.openConsent('ana', { client_id: 'unknown' });
        expect([page.status, page.header('referrer-policy')]).to.deep.equal([400, 'no-referrer']);
      });
    });
  }
}
