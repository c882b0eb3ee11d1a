/** What users have authorised over OAuth 2.0 stands in one list with OAuth 1.0a, and is revoked alike. */
import { expect } from 'chai';
import type { Link } from 'express-applinks';
import { rememberSecret } from '../../../support/secrets.js';
import { grantedToken, startServices, storeKinds, type KitServices } from '../kit-services.js';
import { authorization, pendingCode } from '../granted-authorization.js';

const firstPage = { limit: 100, offset: 0 };

for (const kind of storeKinds) {
  describe(`Tokens of both kinds as a service, on ${kind}`, () => {
    let kit: KitServices;
    let link: Link;
    beforeEach(async () => {
      kit = await startServices(kind);
      const { link: made, secrets } = await kit.applinks.links.create({
        name: 'Bitbucket',
        credential: { key: 'bb', signatureMethod: 'HMAC-SHA1' },
        client: {
          type: 'atlassian',
          redirectUris: [{ uri: 'https://peer.example.test/callback' }],
          scopes: ['build'],
        },
      });
      for (const secret of Object.values(secrets)) rememberSecret(secret, 'consumer secret');
      link = made;
      kit.events.length = 0;
    });
    afterEach(() => kit.close());

    it('are listed newest first, with kind, client id and scopes', async () => {
      const [old, middle, young] = [
        await authorization(kit.store, link, 'ana', { createdAtMs: 100 }),
        await grantedToken(kit.store, link, 'ana', { createdAtMs: 200 }),
        await authorization(kit.store, link, null, { createdAtMs: 300 }),
      ];
      await kit.store.authorizations.touch(old.id, 350);
      const listed = await kit.applinks.tokens.list({}, firstPage);
      expect(listed.map(({ id }) => id)).to.deep.equal([young.id, middle.id, old.id]);
      expect(listed.map((token) => token.kind)).to.deep.equal(['oauth2', 'oauth1', 'oauth2']);
      expect(listed[0]).to.include({ userId: null, lastUsedAtMs: null });
      expect(listed[2]).to.deep.equal({
        id: old.id,
        kind: 'oauth2',
        linkId: link.id,
        linkName: 'Bitbucket',
        consumerKey: link.clients[0]!.clientId,
        credentialId: link.clients[0]!.id,
        userId: 'ana',
        scopes: ['build'],
        createdAtMs: 100,
        expiresAtMs: 1100,
        lastUsedAtMs: 350,
      });
      const second = await kit.applinks.tokens.list({}, { limit: 1, offset: 1 });
      expect(second.map(({ id }) => id)).to.deep.equal([middle.id]);
      expect(await kit.applinks.tokens.list({ userId: 'rob' }, firstPage)).to.be.empty;
    });

    it('die together, with codes that were not exchanged yet, and each is told', async () => {
      const gone = [await authorization(kit.store, link, 'ana'), await grantedToken(kit.store, link, 'ana')];
      const kept = await authorization(kit.store, link, 'rob');
      const [code, ofRob] = [
        await pendingCode(kit.store, link, 'ana'),
        await pendingCode(kit.store, link, 'rob'),
      ];
      expect(await kit.applinks.tokens.revoke({ userId: 'ana' }, 'id-admin')).to.equal(2);
      expect((await kit.applinks.tokens.list({}, firstPage)).map(({ id }) => id)).to.deep.equal([kept.id]);
      expect(await kit.store.codes.get(code.digest)).to.equal(undefined);
      expect(await kit.store.codes.get(ofRob.digest)).not.to.equal(undefined);
      const told = kit.events.map(({ name, event }) => ({ name, ...event }));
      expect(told).to.have.deep.members(
        gone.map(({ id, linkId, credentialId, userId }) => ({
          ...{ name: 'access_token.revoked', tokenId: id, linkId, credentialId, userId, by: 'id-admin' },
        })),
      );
    });

    it('end one by one by their id, for whose it is, with codes of the same user for the same client', async () => {
      const given = await authorization(kit.store, link, 'ana');
      const [code, ofRob] = [
        await pendingCode(kit.store, link, 'ana'),
        await pendingCode(kit.store, link, 'rob'),
      ];
      expect(await kit.applinks.tokens.revoke({ id: given.id, userId: 'rob' })).to.equal(0);
      expect(await kit.store.codes.get(code.digest)).not.to.equal(undefined);
      expect(await kit.applinks.tokens.revoke({ id: given.id, userId: 'ana' })).to.equal(1);
      expect(await kit.store.codes.get(code.digest)).to.equal(undefined);
      expect(await kit.store.codes.get(ofRob.digest)).not.to.equal(undefined);
    });

    it('are told of when their client or their link goes', async () => {
      const first = await authorization(kit.store, link, 'ana');
      await kit.applinks.links.removeClient(link.id, link.clients[0]!.id, 'id-admin');
      const {
        link: again,
        client,
        secret,
      } = await kit.applinks.links.addClient(link.id, {
        redirectUris: [{ uri: 'https://peer.example.test/callback' }],
        scopes: ['build'],
      });
      rememberSecret(secret!, 'consumer secret');
      expect(client.id).not.to.equal(first.credentialId);
      const second = await authorization(kit.store, again, 'rob');
      await kit.applinks.links.remove(link.id);
      const told = kit.events.filter(({ name }) => name === 'access_token.revoked').map(({ event }) => event);
      const [client1, client2] = [first, second].map(({ credentialId }) => credentialId);
      expect(told).to.deep.equal([
        { tokenId: first.id, linkId: link.id, credentialId: client1, userId: 'ana', by: 'id-admin' },
        { tokenId: second.id, linkId: link.id, credentialId: client2, userId: 'rob', by: null },
      ]);
      expect(await kit.applinks.tokens.list({}, firstPage)).to.be.empty;
    });
  });
}
