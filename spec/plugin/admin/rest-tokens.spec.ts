/** Granted access as JSON: everybody's own, the administrator's view of all, and revoking no more than was named. */
import { expect } from 'chai';
import type { AccessToken, GrantedToken, Link } from 'express-applinks';
import { allowedRequest, grantedToken } from './kit-services.js';
import { errorOf, fieldsOf, startRestApp, type Reply, type RestApp } from './rest-app.js';

interface TokensJson {
  tokens: GrantedToken[];
  next: string | null;
}

describe('Granted access as JSON', () => {
  let app: RestApp;
  let bitbucket: Link;
  let jira: Link;
  let ofAna: AccessToken;
  let ofRob: AccessToken;
  beforeEach(async () => {
    app = await startRestApp();
    const make = async (name: string): Promise<Link> => {
      const credential = { key: name, signatureMethod: 'HMAC-SHA1' };
      return (await app.links.create({ name, credential })).link;
    };
    [bitbucket, jira] = [await make('Bitbucket'), await make('Jira')];
    ofAna = await grantedToken(app.store, bitbucket, 'id-ana', { createdAtMs: 100 });
    ofRob = await grantedToken(app.store, jira, 'id-rob', { createdAtMs: 200 });
    app.events.length = 0;
  });
  afterEach(() => app.close());

  const listed = ({ json }: Reply): string[] => (json as TokensJson).tokens.map(({ id }) => id);
  const left = async (): Promise<string[]> =>
    (await app.store.accessTokens.list({}, { limit: 99, offset: 0 })).map(({ id }) => id);

  describe('of a user', () => {
    it('is their own, named, with times and nothing secret', async () => {
      const { status, json } = await app.call('GET', '/tokens', { as: 'ana' });
      expect(status).to.equal(200);
      expect(json).to.deep.equal({
        tokens: [
          {
            id: ofAna.id,
            linkId: bitbucket.id,
            linkName: 'Bitbucket',
            kind: 'oauth1',
            consumerKey: 'Bitbucket',
            credentialId: bitbucket.incoming[0]!.id,
            userId: 'id-ana',
            scopes: ['build'],
            createdAtMs: 100,
            expiresAtMs: 1100,
            lastUsedAtMs: null,
          },
        ],
        next: null,
      });
    });

    it('is their own for an administrator too', async () => {
      expect(listed(await app.call('GET', '/tokens', { as: 'admin' }))).to.be.empty;
    });

    it('cannot be widened by the query', async () => {
      for (const query of ['userId=id-rob', 'linkId=x', 'id=x', 'all=1', 'toString=1', '__proto__=1']) {
        const reply = await app.call('GET', `/tokens?${query}`, { as: 'ana' });
        expect(errorOf(reply), query).to.equal('400 invalid_input');
        expect(reply.text).not.to.include(ofRob.id);
      }
    });

    it('ends one by one', async () => {
      const reply = await app.call('DELETE', `/tokens/${ofAna.id}`, { as: 'ana' });
      expect([reply.status, reply.text]).to.deep.equal([204, '']);
      expect(await left()).to.deep.equal([ofRob.id]);
      expect(app.events).to.have.length(1);
      expect(app.events[0]?.event).to.include({ tokenId: ofAna.id, userId: 'id-ana', by: 'id-ana' });
      expect(errorOf(await app.call('DELETE', `/tokens/${ofAna.id}`, { as: 'ana' }))).to.equal(
        '404 not_found',
      );
    });

    it('is nobody else’s to end, and not there for them, administrators included', async () => {
      for (const as of ['rob', 'admin'] as const) {
        const [foreign, unknown] = [
          await app.call('DELETE', `/tokens/${ofAna.id}`, { as }),
          await app.call('DELETE', '/tokens/no-such-token', { as }),
        ];
        expect(foreign.text).to.equal(unknown.text);
        expect(errorOf(foreign)).to.equal('404 not_found');
      }
      expect(await left()).to.have.members([ofAna.id, ofRob.id]);
    });

    it('ends all at once, with what was allowed but not fetched', async () => {
      await grantedToken(app.store, jira, 'id-ana');
      const pending = await allowedRequest(app.store, jira, 'id-ana');
      const reply = await app.call('DELETE', '/tokens', { as: 'ana' });
      expect([reply.status, reply.json]).to.deep.equal([200, { revoked: 2 }]);
      expect(await left()).to.deep.equal([ofRob.id]);
      expect(await app.store.requestTokens.get(pending)).to.equal(undefined);
      expect((await app.call('DELETE', '/tokens', { as: 'ana' })).json).to.deep.equal({ revoked: 0 });
    });

    it('is not all ended by somebody who meant only a part', async () => {
      for (const query of ['linkId=x', 'id=x', `linkId=${bitbucket.id}`]) {
        const reply = await app.call('DELETE', `/tokens?${query}`, { as: 'ana' });
        expect(errorOf(reply), query).to.equal('400 invalid_input');
      }
      expect(await left()).to.have.length(2);
    });
  });

  describe('for an administrator', () => {
    const as = 'admin';

    it('is everybody’s, newest first', async () => {
      expect(listed(await app.call('GET', '/admin/tokens', { as }))).to.deep.equal([ofRob.id, ofAna.id]);
    });

    it('goes by user, link and consumer', async () => {
      const find = async (query: string): Promise<string[]> =>
        listed(await app.call('GET', `/admin/tokens?${query}`, { as }));
      expect(await find('userId=id-ana')).to.deep.equal([ofAna.id]);
      expect(await find(`linkId=${jira.id}`)).to.deep.equal([ofRob.id]);
      expect(await find(`credentialId=${ofAna.credentialId}`)).to.deep.equal([ofAna.id]);
      expect(await find(`userId=id-ana&linkId=${jira.id}`)).to.be.empty;
    });

    it('refuses a query that it does not understand, to read and to revoke', async () => {
      const cases: [string, object][] = [
        ['userID=id-ana', { input: ['Unknown field userID.'] }],
        ['userId=', { userId: ['Give an id.'] }],
        ['userId=id-ana&userId=id-rob', { userId: ['Give it once.'] }],
        ['userId=id-ana&x=1', { input: ['Unknown field x.'] }],
        ['userId%00=id-ana', { input: ['Unknown field userId\0.'] }],
      ];
      for (const [query, fields] of cases) {
        for (const method of ['GET', 'DELETE']) {
          const reply = await app.call(method, `/admin/tokens?${query}`, { as });
          expect(errorOf(reply), `${method} ${query}`).to.equal('400 invalid_input');
          expect(fieldsOf(reply)).to.deep.equal(fields);
        }
      }
      expect(await left()).to.have.length(2);
    });

    it('has no call that ends everything of everybody', async () => {
      for (const query of ['', '?', '?limit=1', '?offset=0']) {
        const reply = await app.call('DELETE', `/admin/tokens${query}`, { as });
        expect(errorOf(reply), query).to.equal('400 invalid_input');
      }
      expect(await left()).to.have.length(2);
    });

    it('ends what matches, and tells who did it', async () => {
      const another = await grantedToken(app.store, bitbucket, 'id-rob');
      const pending = await allowedRequest(app.store, jira, 'id-rob');
      const reply = await app.call('DELETE', `/admin/tokens?userId=id-rob&linkId=${jira.id}`, { as });
      expect(reply.json).to.deep.equal({ revoked: 1 });
      expect(await left()).to.have.members([ofAna.id, another.id]);
      expect(await app.store.requestTokens.get(pending)).to.equal(undefined);
      expect(app.events).to.have.length(1);
      expect(app.events[0]?.event).to.include({ tokenId: ofRob.id, userId: 'id-rob', by: 'id-admin' });
    });

    it('ends anybody’s by its id', async () => {
      expect((await app.call('DELETE', `/admin/tokens/${ofAna.id}`, { as })).status).to.equal(204);
      expect(errorOf(await app.call('DELETE', `/admin/tokens/${ofAna.id}`, { as }))).to.equal(
        '404 not_found',
      );
      expect(await left()).to.deep.equal([ofRob.id]);
    });
  });

  describe('page by page', () => {
    it('leads on by `next`, which keeps the filter, until each was there once', async () => {
      for (let at = 1; at <= 6; at += 1) {
        await grantedToken(app.store, jira, 'id-ana', { createdAtMs: 1000 + at });
      }
      const seen: number[] = [];
      let next: string | null = `/ci/applinks/rest/admin/tokens?linkId=${jira.id}&limit=3`;
      let calls = 0;
      while (next !== null) {
        const path: string = next.replace('/ci/applinks/rest', '');
        const page = (await app.call('GET', path, { as: 'admin' })).json as TokensJson;
        seen.push(...page.tokens.map(({ createdAtMs }) => createdAtMs));
        next = page.next;
        calls += 1;
      }
      expect(seen).to.deep.equal([1006, 1005, 1004, 1003, 1002, 1001, 200]);
      expect(calls).to.equal(3);
    });

    it('leads on in one’s own list too, and ends with a full page', async () => {
      await grantedToken(app.store, jira, 'id-ana');
      const first = (await app.call('GET', '/tokens?limit=1', { as: 'ana' })).json as TokensJson;
      expect(first.next).to.equal('/ci/applinks/rest/tokens?limit=1&offset=1');
      const last = (await app.call('GET', '/tokens?limit=1&offset=1', { as: 'ana' })).json as TokensJson;
      expect(last.tokens).to.have.length(1);
      expect(last.next).to.equal(null);
    });

    it('refuses sizes and places that are none', async () => {
      for (const limit of ['0', '101', '-1', '1.5', '1e2', ' 5', 'all', '']) {
        const reply = await app.call('GET', `/tokens?limit=${encodeURIComponent(limit)}`, { as: 'ana' });
        expect(fieldsOf(reply), limit).to.deep.equal({ limit: ['Choose from 1 to 100.'] });
      }
      for (const offset of ['-1', '1000001', '99999999999999999999', 'x', '']) {
        const reply = await app.call('GET', `/tokens?offset=${encodeURIComponent(offset)}`, { as: 'ana' });
        expect(fieldsOf(reply), offset).to.deep.equal({ offset: ['Choose from 0 to 1000000.'] });
      }
    });
  });
});
