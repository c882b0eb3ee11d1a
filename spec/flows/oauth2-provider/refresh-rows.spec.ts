/** Renewal, rows 22 to 26 of oauth2.md part 6. */
import { expect } from 'chai';
import type { EventName } from 'express-applinks';
import { TestClock, dayMs, minuteMs } from '../../support/clock.js';
import { startKitApp, type KitApp } from '../../support/kit-app.js';
import {
  call,
  digestOf,
  registerClient,
  tokensOf,
  type ClientChanges,
  type JsonAnswer,
  type TestClient,
} from '../../support/oauth2-client.js';
import { storeKinds, type StorePlace } from '../../support/store-kinds.js';

describe('oauth2.md part 6, row 24: siblings', () => {
  it('are as many as a cluster needs, and no more', async () => {
    const clock = new TestClock();
    const app = await startKitApp({ limitFailures: true, options: { clock: clock.now } });
    try {
      const client = await registerClient(app, { type: 'atlassian' });
      const { refresh } = await client.tokens();
      const second = tokensOf(await client.refresh(refresh));
      const third = tokensOf(await client.refresh(second.refresh));
      const statuses: number[] = [];
      for (let i = 0; i < 32; i += 1) statuses.push((await client.refresh(refresh)).status);
      expect(statuses).to.deep.equal([...Array.from({ length: 30 }, () => 200), 429, 429]);
      expect((await call(app, third.access)).status).to.equal(201);
      expect((await client.refresh(third.refresh)).status).to.equal(200);
    } finally {
      await app.close();
    }
  });
});

for (const [name, makePlace] of storeKinds) {
  describe(`oauth2.md part 6, renewal (${name} store)`, () => {
    const clock = new TestClock();
    let place: StorePlace;
    let app: KitApp;
    const heard: EventName[] = [];
    before(async () => {
      place = makePlace();
      app = await startKitApp({
        store: place.open(),
        options: {
          clock: clock.now,
          scopes: { build: 'Start builds', read: 'Read logs', admin: 'Anything' },
        },
      });
      for (const event of ['refresh_token.reused', 'access_token.revoked', 'request.rejected'] as const)
        app.applinks.on(event, () => heard.push(event));
    });
    beforeEach(() => heard.splice(0));
    after(async () => {
      await app.close();
      place.remove();
    });

    const register = (changes: ClientChanges = {}): Promise<TestClient> =>
      registerClient(app, { scopes: ['build', 'read'], ...changes });
    const expectDead = ({ status, json }: JsonAnswer): void => {
      expect([status, json.error]).to.deep.equal([400, 'invalid_grant']);
    };
    const isAlive = async (token: string): Promise<boolean> => (await call(app, token)).status === 201;

    describe('row 22: scope', () => {
      it('may be equal, narrower or absent, and does not narrow the authorization', async () => {
        const client = await register();
        let { refresh } = await client.tokens('ana', { scope: 'build read' });
        for (const [scope, granted] of [
          ['read', 'read'],
          ['read build', 'build read'],
          [undefined, 'build read'],
        ] as const) {
          const answer = await client.refresh(refresh, { scope });
          expect(answer.json.scope).to.equal(granted);
          ({ refresh } = tokensOf(answer));
        }
      });

      it('is never wider than what the user allowed, nor does asking for it use the token up', async () => {
        const client = await register();
        const { refresh } = await client.tokens('ana', { scope: 'read' });
        for (const scope of ['build', 'read build', 'read admin', 'read nothing', '"'])
          expect((await client.refresh(refresh, { scope })).json.error, scope).to.equal('invalid_scope');
        expect((await client.refresh(refresh)).json.scope).to.equal('read');
      });

      it('of Atlassian may be wider: what was granted of it counts, and nothing is invalid_scope', async () => {
        const client = await register({ type: 'atlassian' });
        const first = await client.tokens('ana', { scope: 'read' });
        const wider = await client.refresh(first.refresh, { scope: 'admin build read unheard' });
        expect([wider.status, wider.json.scope]).to.deep.equal([200, 'read']);
        const { refresh } = tokensOf(wider);
        expect((await client.refresh(refresh, { scope: 'admin build' })).json.error).to.equal(
          'invalid_scope',
        );
        expect((await client.refresh(refresh, { scope: 'read' })).status).to.equal(200);
      });

      it('is what an administrator has left to the client', async () => {
        const client = await register();
        const { refresh } = await client.tokens('ana', { scope: 'build read' });
        await client.change((stored) => ({ ...stored, scopes: ['read'] }));
        const answer = await client.refresh(refresh);
        expect(answer.json.scope).to.equal('read');
        await client.change((stored) => ({ ...stored, scopes: ['admin'] }));
        expect((await client.refresh(tokensOf(answer).refresh)).json.error).to.equal('invalid_scope');
      });
    });

    describe('row 23: rotation', () => {
      for (const type of ['atlassian', 'confidential', 'public'] as const) {
        it(`ends everything when a used token comes after the grace window (${type})`, async () => {
          const client = await register({ type });
          const first = await client.tokens();
          const second = tokensOf(await client.refresh(first.refresh));
          clock.advance(31_000);
          const third = tokensOf(await client.refresh(second.refresh));
          expectDead(await client.refresh(first.refresh));
          for (const token of [first, second, third]) expect(await isAlive(token.access)).to.equal(false);
          expectDead(await client.refresh(third.refresh));
          expect(heard.filter((event) => event !== 'request.rejected')).to.deep.equal([
            ...['refresh_token.reused', 'access_token.revoked'],
          ]);
        });
      }

      it('is bound to the client: another one learns and ends nothing', async () => {
        const client = await register();
        const other = await register();
        const { refresh, access } = await client.tokens();
        expectDead(await other.refresh(refresh));
        expectDead(await other.refresh(access));
        expectDead(await client.refresh(access));
        expect((await client.refresh(refresh)).status).to.equal(200);
        clock.advance(31_000);
        expectDead(await other.refresh(refresh));
        expect(heard).not.to.include('refresh_token.reused');
      });

      it('ends the former access token with the grace window', async () => {
        const client = await register();
        const { access, refresh } = await client.tokens();
        const next = tokensOf(await client.refresh(refresh));
        expect(await isAlive(access)).to.equal(true);
        clock.advance(31_000);
        expect([await isAlive(access), await isAlive(next.access)]).to.deep.equal([false, true]);
      });
    });

    describe('row 24: the grace window', () => {
      it('gives Atlassian the same successor again', async () => {
        const client = await register({ type: 'atlassian' });
        const { refresh } = await client.tokens();
        const first = tokensOf(await client.refresh(refresh));
        clock.advance(29_000);
        const again = await client.refresh(refresh);
        expect(tokensOf(again)).to.deep.equal(first);
        expect(again.json.expires_in).to.be.within(3569, 3572);
        expect(await isAlive(first.access)).to.equal(true);
      });

      it('gives Atlassian a sibling when the successor was used already', async () => {
        const client = await register({ type: 'atlassian' });
        const { refresh } = await client.tokens();
        const second = tokensOf(await client.refresh(refresh));
        const third = tokensOf(await client.refresh(second.refresh));
        const sibling = tokensOf(await client.refresh(refresh));
        expect(sibling.refresh).not.to.be.oneOf([refresh, second.refresh, third.refresh]);
        for (const { access } of [third, sibling]) expect(await isAlive(access)).to.equal(true);
        expect((await client.refresh(sibling.refresh)).status).to.equal(200);
        const all = await app.store.authorizations.list({ linkId: client.linkId }, { limit: 9, offset: 0 });
        expect(all).to.have.length(1);
      });

      it('lets all of several cluster nodes renew at the same moment', async () => {
        const client = await register({ type: 'atlassian' });
        const { refresh } = await client.tokens();
        const answers = await Promise.all(Array.from({ length: 8 }, () => client.refresh(refresh)));
        expect(new Set(answers.map((answer) => tokensOf(answer).refresh)).size).to.equal(1);
        expect(await isAlive(tokensOf(answers[7]!).access)).to.equal(true);
        expect(heard).to.deep.equal([]);
      });

      for (const type of ['confidential', 'public'] as const) {
        it(`refuses a client of the type ${type}, once or at the same moment, and ends nothing`, async () => {
          const client = await register({ type });
          const { refresh } = await client.tokens();
          const answers = await Promise.all(Array.from({ length: 8 }, () => client.refresh(refresh)));
          const won = answers.filter(({ status }) => status === 200);
          expect(won).to.have.length(1);
          answers.filter((answer) => !won.includes(answer)).forEach(expectDead);
          const next = tokensOf(won[0]!);
          expectDead(await client.refresh(refresh));
          expect(await isAlive(next.access)).to.equal(true);
          expect((await client.refresh(next.refresh)).status).to.equal(200);
        });
      }

      it('keeps the successor readable no longer than that', async () => {
        const client = await register({ type: 'atlassian' });
        const { refresh } = await client.tokens();
        await client.refresh(refresh);
        const sealed = async () => {
          const found = await app.store.authorizations.findByRefreshToken(digestOf(refresh));
          return found?.tokens.rotation?.sealedSuccessor;
        };
        expect(await sealed()).to.match(/^v1\./);
        clock.advance(31_000);
        await app.applinks.tick();
        expect(await sealed()).to.equal(null);
        const strict = await register();
        const other = await strict.tokens();
        await strict.refresh(other.refresh);
        const found = await app.store.authorizations.findByRefreshToken(digestOf(other.refresh));
        expect(found?.tokens.rotation?.sealedSuccessor).to.equal(null);
      });

      it('is nothing to who has not proved to be the client', async () => {
        const client = await register({ type: 'atlassian' });
        const { refresh } = await client.tokens();
        await client.refresh(refresh);
        const answer = await client.refresh(refresh, { client_secret: 'wrong' });
        expect([answer.status, answer.json.error]).to.deep.equal([401, 'invalid_client']);
      });
    });

    it('row 25: answers a dead token for days by the same words, and locks out nobody', async () => {
      const client = await register({ type: 'atlassian' });
      const { refresh } = await client.tokens();
      await app.store.authorizations.revoke({ linkId: client.linkId });
      const answers = new Set<string>();
      for (let day = 0; day < 7; day += 1) {
        for (let i = 0; i < 8; i += 1) {
          const { status, text } = await client.refresh(refresh);
          answers.add(`${status} ${text}`);
        }
        clock.advance(dayMs);
      }
      expect([...answers]).to.have.length(1);
      expect([...answers][0]).to.match(/^400 .*invalid_grant/);
      expect((await client.exchange(await client.code())).status).to.equal(200);
      expect(heard).not.to.include('refresh_token.reused');
    });

    describe('row 26: how long', () => {
      it('a refresh token lives for 90 days from its own creation', async () => {
        const client = await register();
        let { refresh } = await client.tokens();
        for (let i = 0; i < 5; i += 1) {
          clock.advance(89 * dayMs);
          await app.applinks.tick();
          ({ refresh } = tokensOf(await client.refresh(refresh)));
        }
        clock.advance(90 * dayMs);
        expectDead(await client.refresh(refresh));
      });

      it('an authorization ends, where that is set, however often it is renewed', async () => {
        const client = await register({ authorizationLifetimeMs: 100 * dayMs });
        let tokens = await client.tokens();
        clock.advance(80 * dayMs);
        tokens = tokensOf(await client.refresh(tokens.refresh));
        clock.advance(20 * dayMs - 10 * minuteMs);
        const last = await client.refresh(tokens.refresh);
        expect(last.json.expires_in).to.be.within(598, 600);
        tokens = tokensOf(last);
        clock.advance(10 * minuteMs);
        expect(await isAlive(tokens.access)).to.equal(false);
        expectDead(await client.refresh(tokens.refresh));
      });

      it('an access token lives for an hour', async () => {
        const client = await register();
        const { access } = await client.tokens();
        clock.advance(60 * minuteMs - 2000);
        expect(await isAlive(access)).to.equal(true);
        clock.advance(2000);
        expect(await isAlive(access)).to.equal(false);
      });
    });

    it('a user who is gone renews nothing', async () => {
      const client = await register();
      const { id } = app.host.addUser({ name: 'leaver', isAdmin: false, mayBuild: true });
      const { refresh, access } = await client.tokens('leaver');
      app.host.users.delete(id);
      expectDead(await client.refresh(refresh));
      expect(await isAlive(access)).to.equal(false);
    });
  });
}
