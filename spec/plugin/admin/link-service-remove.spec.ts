/** What ends with a link and with one of its consumers, and what does not. */
import { expect } from 'chai';
import type { Link } from 'express-applinks';
import {
  allowedRequest,
  codeOf,
  grantedToken,
  startServices,
  storeKinds,
  type KitServices,
} from './kit-services.js';

const hmac = { key: 'bb', signatureMethod: 'HMAC-SHA1' } as const;

for (const kind of storeKinds) {
  describe(`Links that are removed, on ${kind}`, () => {
    let kit: KitServices;
    beforeEach(async () => {
      kit = await startServices(kind);
    });
    afterEach(() => kit.close());

    let link: Link;
    let other: Link;
    beforeEach(async () => {
      const { links } = kit.applinks;
      const made = await links.create({ name: 'Bitbucket', credential: hmac });
      ({ link } = await links.addCredential(made.link.id, { ...hmac, key: 'second' }));
      ({ link: other } = await links.create({ name: 'Jira', credential: { ...hmac, key: 'jira' } }));
      kit.events.length = 0;
    });

    const lives = async (digests: string[]): Promise<boolean[]> =>
      Promise.all(
        digests.map(
          async (digest) =>
            ((await kit.store.accessTokens.get(digest)) ?? (await kit.store.requestTokens.get(digest))) !==
            undefined,
        ),
      );

    it('take all of their tokens with them, pending ones too, and nobody else’s', async () => {
      const [one, two] = [
        await grantedToken(kit.store, link, 'ana'),
        await grantedToken(kit.store, link, 'rob', { at: 1 }),
      ];
      const pending = await allowedRequest(kit.store, link, 'ana');
      const kept = [
        (await grantedToken(kit.store, other, 'ana')).digest,
        await allowedRequest(kit.store, other, 'ana'),
      ];
      await kit.applinks.links.remove(link.id, 'id-admin');
      expect(await lives([one.digest, two.digest, pending])).to.deep.equal([false, false, false]);
      expect(await lives(kept)).to.deep.equal([true, true]);
      expect(kit.events[0]).to.deep.equal({
        name: 'link.removed',
        event: { linkId: link.id, by: 'id-admin' },
      });
      expect(kit.events.slice(1)).to.have.deep.members(
        [one, two].map(({ id, credentialId, userId }) => ({
          name: 'access_token.revoked',
          event: { tokenId: id, linkId: link.id, credentialId, userId, by: 'id-admin' },
        })),
      );
    });

    it('take the tokens of one consumer only, when only that is removed', async () => {
      const gone = await grantedToken(kit.store, link, 'ana', { at: 1 });
      const pending = await allowedRequest(kit.store, link, 'ana', 1);
      const kept = await grantedToken(kit.store, link, 'ana');
      const { link: left } = await kit.applinks.links.removeCredential(link.id, gone.credentialId);
      expect(left.incoming.map(({ key }) => key)).to.deep.equal(['bb']);
      expect(await lives([gone.digest, pending, kept.digest])).to.deep.equal([false, false, true]);
      const names = kit.events.map(({ name }) => name);
      expect(names).to.deep.equal(['link.updated', 'access_token.revoked']);
      expect(kit.events[1]).to.have.nested.property('event.tokenId', gone.id);
    });

    it('are gone, once, and set their keys free', async () => {
      const { links } = kit.applinks;
      await links.remove(link.id);
      expect(await codeOf(links.get(link.id))).to.equal('404 not_found');
      expect(await codeOf(links.remove(link.id))).to.equal('404 not_found');
      expect(kit.events).to.have.length(1);
      await links.create({ name: 'Bitbucket again', credential: hmac });
    });

    it('may leave a link without a consumer', async () => {
      for (const { id } of link.incoming) await kit.applinks.links.removeCredential(link.id, id);
      expect((await kit.applinks.links.get(link.id)).incoming).to.be.empty;
    });
  });
}
