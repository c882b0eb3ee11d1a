/** What hosts and pages learn of granted access, and that revoking never ends more than was named. */
import { expect } from 'chai';
import type { Link, TokenFilter } from 'express-applinks';
import {
  allowedRequest,
  grantedToken,
  refusedFields,
  startServices,
  storeKinds,
  type KitServices,
} from './kit-services.js';

const firstPage = { limit: 100, offset: 0 };

for (const kind of storeKinds) {
  describe(`Tokens as a service, on ${kind}`, () => {
    let kit: KitServices;
    let bitbucket: Link;
    let jira: Link;
    beforeEach(async () => {
      kit = await startServices(kind);
      const { links } = kit.applinks;
      const made = await links.create({
        name: 'Bitbucket',
        credential: { key: 'bb-1', signatureMethod: 'HMAC-SHA1' },
      });
      ({ link: bitbucket } = await links.addCredential(made.link.id, {
        key: 'bb-2',
        signatureMethod: 'HMAC-SHA256',
      }));
      ({ link: jira } = await links.create({
        name: 'Jira',
        credential: { key: 'jira', signatureMethod: 'HMAC-SHA1' },
      }));
      kit.events.length = 0;
    });
    afterEach(() => kit.close());

    const idsLeft = async (): Promise<string[]> =>
      (await kit.applinks.tokens.list({}, firstPage)).map(({ id }) => id).sort();

    describe('that lists', () => {
      it('names the link and the consumer of each token, and gives nothing secret away', async () => {
        const token = await grantedToken(kit.store, bitbucket, 'ana', { at: 1, createdAtMs: 5000 });
        await kit.store.accessTokens.touch(token.id, 5500);
        const [listed, ...more] = await kit.applinks.tokens.list({}, firstPage);
        expect(more).to.be.empty;
        expect(listed).to.deep.equal({
          id: token.id,
          linkId: bitbucket.id,
          linkName: 'Bitbucket',
          kind: 'oauth1',
          consumerKey: 'bb-2',
          credentialId: bitbucket.incoming[1]!.id,
          userId: 'ana',
          scopes: ['build'],
          createdAtMs: 5000,
          expiresAtMs: 6000,
          lastUsedAtMs: 5500,
        });
      });

      it('goes by user, link, consumer and id, alone and together', async () => {
        const one = await grantedToken(kit.store, bitbucket, 'ana');
        const two = await grantedToken(kit.store, bitbucket, 'rob', { at: 1 });
        const three = await grantedToken(kit.store, jira, 'ana');
        const found = async (filter: TokenFilter): Promise<string[]> =>
          (await kit.applinks.tokens.list(filter, firstPage)).map(({ id }) => id).sort();
        expect(await found({})).to.deep.equal([one.id, two.id, three.id].sort());
        expect(await found({ userId: 'ana' })).to.deep.equal([one.id, three.id].sort());
        expect(await found({ linkId: bitbucket.id })).to.deep.equal([one.id, two.id].sort());
        expect(await found({ credentialId: two.credentialId })).to.deep.equal([two.id]);
        expect(await found({ id: three.id })).to.deep.equal([three.id]);
        expect(await found({ id: three.id, userId: 'rob' })).to.be.empty;
        expect(await found({ linkId: jira.id, userId: 'ana' })).to.deep.equal([three.id]);
        expect(await found({ userId: 'nobody' })).to.be.empty;
      });

      it('goes page by page, newest first, each token once', async () => {
        for (let at = 1; at <= 5; at += 1) {
          await grantedToken(kit.store, jira, 'ana', { createdAtMs: at * 100 });
        }
        const page = async (offset: number): Promise<number[]> =>
          (await kit.applinks.tokens.list({}, { limit: 2, offset })).map(({ createdAtMs }) => createdAtMs);
        expect([await page(0), await page(2), await page(4), await page(6)]).to.deep.equal([
          [500, 400],
          [300, 200],
          [100],
          [],
        ]);
      });

      it('shows none of what is only a request yet', async () => {
        await allowedRequest(kit.store, jira, 'ana');
        expect(await idsLeft()).to.be.empty;
      });

      it('refuses a filter with a part that it does not know, instead of listing everybody’s', async () => {
        await grantedToken(kit.store, jira, 'ana');
        const misspelt = { userID: 'ana' } as TokenFilter;
        expect(await refusedFields(kit.applinks.tokens.list(misspelt, firstPage))).to.deep.equal({
          input: ['Unknown field userID.'],
        });
      });
    });

    describe('that revokes', () => {
      it('ends what the filter names and nothing else, and tells each of it with who did it', async () => {
        const gone = [
          await grantedToken(kit.store, bitbucket, 'ana'),
          await grantedToken(kit.store, bitbucket, 'ana', { at: 1 }),
        ];
        const kept = [
          await grantedToken(kit.store, bitbucket, 'rob'),
          await grantedToken(kit.store, jira, 'ana'),
        ];
        const filter = { userId: 'ana', linkId: bitbucket.id };
        expect(await kit.applinks.tokens.revoke(filter, 'id-admin')).to.equal(2);
        expect(await idsLeft()).to.deep.equal(kept.map(({ id }) => id).sort());
        const told = kit.events.map(({ name, event }) => ({ name, ...event }));
        expect(told).to.have.deep.members(
          gone.map(({ id, linkId, credentialId, userId }) => ({
            name: 'access_token.revoked',
            tokenId: id,
            linkId,
            credentialId,
            userId,
            by: 'id-admin',
          })),
        );
      });

      it('is the host’s own doing unless somebody is named', async () => {
        await grantedToken(kit.store, jira, 'ana');
        await kit.applinks.tokens.revoke({ userId: 'ana' });
        expect(kit.events[0]).to.have.nested.property('event.by', null);
      });

      it('counts and tells nothing when there is nothing', async () => {
        expect(await kit.applinks.tokens.revoke({ userId: 'nobody' })).to.equal(0);
        expect(kit.events).to.be.empty;
      });

      it('ends what was allowed but not fetched yet, by user, link and consumer', async () => {
        const filters = (link: Link): TokenFilter[] => [
          { userId: 'ana' },
          { linkId: link.id },
          { credentialId: link.incoming[0]!.id },
        ];
        for (const filter of filters(bitbucket)) {
          const gone = await allowedRequest(kit.store, bitbucket, 'ana');
          const kept = await allowedRequest(kit.store, jira, 'rob');
          await kit.applinks.tokens.revoke(filter);
          expect(await kit.store.requestTokens.get(gone), JSON.stringify(filter)).to.equal(undefined);
          expect(await kit.store.requestTokens.get(kept), JSON.stringify(filter)).not.to.equal(undefined);
        }
      });

      it('ends pending requests of the same user and consumer when one access token is named', async () => {
        const pending = await allowedRequest(kit.store, jira, 'ana');
        const kept = [
          await allowedRequest(kit.store, jira, 'rob'),
          await allowedRequest(kit.store, bitbucket, 'ana'),
        ];
        const token = await grantedToken(kit.store, jira, 'ana');
        expect(await kit.applinks.tokens.revoke({ id: token.id, userId: 'rob' })).to.equal(0);
        expect(await kit.store.requestTokens.get(pending)).not.to.equal(undefined);
        expect(await kit.applinks.tokens.revoke({ id: token.id, userId: 'ana' })).to.equal(1);
        expect(await kit.store.requestTokens.get(pending)).to.equal(undefined);
        for (const other of kept) expect(await kit.store.requestTokens.get(other)).not.to.equal(undefined);
      });

      it('does not end a token by its id for somebody whose it is not', async () => {
        const token = await grantedToken(kit.store, jira, 'ana');
        expect(await kit.applinks.tokens.revoke({ id: token.id, userId: 'rob' })).to.equal(0);
        expect(await idsLeft()).to.deep.equal([token.id]);
      });

      // A host in JavaScript, or one whose user is not there, must not end everybody's access by a slip.
      const slips: readonly [string, unknown, Record<string, string[]>][] = [
        ['nothing', {}, { input: ['Say whose tokens, or which, are to be revoked.'] }],
        ['a misspelt part', { userID: 'ana' }, { input: ['Unknown field userID.'] }],
        [
          'an unknown part beside a known one',
          { userId: 'ana', all: true },
          { input: ['Unknown field all.'] },
        ],
        ['a user who is not there', { userId: undefined }, { userId: ['Give an id.'] }],
        ['a link and a lost user', { linkId: 'x', userId: undefined }, { userId: ['Give an id.'] }],
        ['null', { userId: null }, { userId: ['Give an id.'] }],
        ['an empty id', { userId: '' }, { userId: ['Give an id.'] }],
        ['a number', { userId: 7 }, { userId: ['Give an id.'] }],
        ['a list', { userId: ['ana', 'rob'] }, { userId: ['Give an id.'] }],
        ['no object', undefined, { input: ['Give an object with id, userId, linkId or credentialId.'] }],
      ];
      for (const [what, filter, fields] of slips) {
        it(`refuses a filter with ${what}, and ends nothing`, async () => {
          const token = await grantedToken(kit.store, jira, 'ana');
          const pending = await allowedRequest(kit.store, jira, 'ana');
          const revoking = kit.applinks.tokens.revoke(filter as TokenFilter);
          expect(await refusedFields(revoking)).to.deep.equal(fields);
          expect(await idsLeft()).to.deep.equal([token.id]);
          expect(await kit.store.requestTokens.get(pending)).not.to.equal(undefined);
        });
      }
    });
  });
}
