import { expect } from 'chai';
import { Cookie, type SessionData } from 'express-session';
import { DatabaseSessionStore } from '../../../sample-app/accounts/session-store.js';
import { onEachDatabase } from '../support/databases.js';

const hourMs = 3_600_000;

describe('sessions in the database', () => {
  onEachDatabase((database) => {
    let nowMs = 1_000_000;
    let store: DatabaseSessionStore;

    beforeEach(async () => {
      nowMs = 1_000_000;
      await database.get().deleteFrom('ci_sessions').execute();
      store = new DatabaseSessionStore(database.get(), () => nowMs);
    });

    const session = (userId?: string): SessionData => {
      const cookie = new Cookie();
      cookie.originalMaxAge = hourMs;
      return { cookie, ...(userId === undefined ? {} : { userId }) };
    };
    const wait = (work: (done: (error?: unknown, value?: unknown) => void) => void): Promise<unknown> =>
      new Promise((resolve, reject) =>
        work((error, value) =>
          error ? reject(new Error('the store failed', { cause: error })) : resolve(value),
        ),
      );
    const set = (id: string, data: SessionData) => wait((done) => store.set(id, data, done));
    const get = (id: string) => wait((done) => store.get(id, done)) as Promise<SessionData | null>;
    const count = async (): Promise<number> =>
      (await database.get().selectFrom('ci_sessions').select('id_hash').execute()).length;

    it('come back as they were, until they are destroyed', async () => {
      await set('one', session('u1'));
      expect((await get('one'))?.userId).to.equal('u1');
      await set('one', session('u2'));
      expect((await get('one'))?.userId).to.equal('u2');
      await wait((done) => store.destroy('one', done));
      expect(await get('one')).to.equal(null);
    });

    it('end when nobody used them for long enough, and not before', async () => {
      await set('one', session());
      nowMs += hourMs - 1;
      expect(await get('one')).not.to.equal(null);
      await wait((done) => store.touch('one', session(), done));
      nowMs += hourMs - 1;
      expect(await get('one')).not.to.equal(null);
      nowMs += 2;
      expect(await get('one')).to.equal(null);
    });

    it('end for one user everywhere, and for nobody else', async () => {
      await set('a', session('u1'));
      await set('b', session('u1'));
      await set('c', session('u2'));
      await store.destroyAllOf('u1');
      expect([await get('a'), await get('b')]).to.deep.equal([null, null]);
      expect((await get('c'))?.userId).to.equal('u2');
    });

    it('are swept away when they have ended', async () => {
      await set('old', session());
      nowMs += hourMs / 2;
      await set('new', session());
      nowMs += hourMs / 2 + 1;
      const stop = new AbortController();
      const work = store.sweepUntil(stop.signal, (error) => expect.fail(String(error)));
      while ((await count()) > 1) await new Promise((resolve) => setTimeout(resolve, 5));
      stop.abort();
      await work;
      expect(await get('new')).not.to.equal(null);
    });
  });
});
