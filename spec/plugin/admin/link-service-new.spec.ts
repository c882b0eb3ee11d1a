/** Links as administrators, JSON and hosts make them: secrets, public keys, and keys that are taken. */
import { expect } from 'chai';
import type { SavedLink } from 'express-applinks';
import {
  only,
  pemOf,
  refusedFields,
  secretsOf,
  startServices,
  storeKinds,
  type KitServices,
} from './kit-services.js';

const hmac = { key: 'bb', signatureMethod: 'HMAC-SHA1' } as const;
const pem = pemOf(2048);
const takenRule = ['Another consumer has this key already. Choose another one.'];

for (const kind of storeKinds) {
  describe(`Links that are made, on ${kind}`, () => {
    let kit: KitServices;
    beforeEach(async () => {
      kit = await startServices(kind);
    });
    afterEach(() => kit.close());

    it('have a secret of 256 bits, told once and kept sealed', async () => {
      const saved = await kit.applinks.links.create({ name: 'Bitbucket', credential: hmac });
      const { given, kept } = secretsOf(kit, saved);
      expect(given)
        .to.match(/^[\w-]{43}$/)
        .and.to.equal(kept);
      expect(JSON.stringify(await kit.applinks.links.list())).not.to.include(given);
      expect(JSON.stringify(kit.events)).not.to.include(given);
    });

    it('have another secret each time', async () => {
      const { links } = kit.applinks;
      const made = [1, 2, 3].map((n) =>
        links.create({ name: 'Bitbucket', credential: { ...hmac, key: `bb-${n}` } }),
      );
      const secrets = (await Promise.all(made)).map((saved) => secretsOf(kit, saved).kept);
      expect(new Set(secrets).size).to.equal(3);
    });

    it('have the secret that was given', async () => {
      const credential = { ...hmac, secret: 'chosen on the other side' };
      const saved = await kit.applinks.links.create({ name: 'Bitbucket', credential });
      expect(secretsOf(kit, saved)).to.deep.equal({
        given: 'chosen on the other side',
        kept: 'chosen on the other side',
      });
    });

    it('are there as they were returned, and can be updated right away', async () => {
      const { link } = await kit.applinks.links.create({
        name: 'Bitbucket',
        displayUrl: 'https://bb.example.test/',
        credential: { ...hmac, callbackUrl: 'https://bb.example.test/access', scopes: ['build'] },
      });
      expect(await kit.applinks.links.get(link.id)).to.deep.equal(link);
      const { link: updated } = await kit.applinks.links.update(link.id, { name: 'Bitbucket West' });
      expect(await kit.applinks.links.get(link.id)).to.deep.equal(updated);
    });

    it('may wait for their consumer', async () => {
      const { link, secrets } = await kit.applinks.links.create({ name: 'Bitbucket' });
      expect(link.incoming).to.be.empty;
      expect(secrets).to.be.empty;
    });

    it('have the public key without its PEM lines, and no secret', async () => {
      const { link, secrets, warnings } = await kit.applinks.links.create({
        name: 'Bitbucket',
        credential: { key: 'rsa', signatureMethod: 'RSA-SHA1', publicKey: pem },
      });
      const spki = pem.replace(/-----[A-Z ]+-----|\s/g, '');
      expect(only(link)).to.include({ kind: 'oauth1-rsa', publicKey: spki });
      expect(secrets).to.be.empty;
      expect(warnings).to.be.empty;
    });

    it('come with a warning when the key is short, and not at all when it is too short', async () => {
      const create = (bits: number): Promise<SavedLink> =>
        kit.applinks.links.create({
          name: 'Old Bitbucket',
          credential: { key: `rsa-${bits}`, signatureMethod: 'RSA-SHA1', publicKey: pemOf(bits) },
        });
      expect((await create(1024)).warnings).to.deep.equal([
        'This key has 1024 bits. Ask the other side for one of 2048 bits or more.',
      ]);
      expect(await refusedFields(create(768))).to.have.keys('credential.publicKey');
      expect(await kit.applinks.links.list()).to.have.length(1);
    });

    it('need a key where the method needs one', async () => {
      for (const publicKey of [undefined, '', '  ', 'no key']) {
        const credential = { key: 'rsa', signatureMethod: 'RSA-SHA1', publicKey } as const;
        const fields = await refusedFields(kit.applinks.links.create({ name: 'Bitbucket', credential }));
        expect(fields).to.have.keys('credential.publicKey');
      }
    });

    it('are not made when something was given that would not count', async () => {
      const { links } = kit.applinks;
      const withKey = links.create({ name: 'B', credential: { ...hmac, publicKey: pem } });
      expect(await refusedFields(withKey)).to.deep.equal({
        'credential.publicKey': ['A consumer that signs with HMAC-SHA1 has a shared secret, no public key.'],
      });
      const rsa = { key: 'rsa', signatureMethod: 'RSA-SHA1', publicKey: pem, secret: 'ignored?' } as const;
      expect(await refusedFields(links.create({ name: 'B', credential: rsa }))).to.deep.equal({
        'credential.secret': ['A consumer that signs with RSA-SHA1 has a public key, no shared secret.'],
      });
      expect(await links.list()).to.be.empty;
    });

    it('are refused a key that another link has, and change nothing then', async () => {
      const { links } = kit.applinks;
      await links.create({ name: 'Bitbucket', credential: hmac });
      const second = links.create({ name: 'Thief', credential: { ...hmac, key: ' bb ' } });
      expect(await refusedFields(second)).to.deep.equal({ 'credential.key': takenRule });
      expect((await links.list()).map(({ name }) => name)).to.deep.equal(['Bitbucket']);
      expect(kit.events.map(({ name }) => name)).to.deep.equal(['link.created']);
    });

    it('tell keys apart by case', async () => {
      await kit.applinks.links.create({ name: 'one', credential: hmac });
      await kit.applinks.links.create({ name: 'two', credential: { ...hmac, key: 'BB' } });
      expect(await kit.applinks.links.list()).to.have.length(2);
    });

    it('exist once when the same form is sent twice at the same time', async () => {
      const { links } = kit.applinks;
      const both = await Promise.allSettled(
        [1, 2].map(() => links.create({ name: 'Bitbucket', credential: hmac })),
      );
      expect(both.map(({ status }) => status).sort()).to.deep.equal(['fulfilled', 'rejected']);
      expect(await links.list()).to.have.length(1);
    });

    it('need a fallback where requests may name no callback', async () => {
      const credential = { ...hmac, allowInsecureMissingCallback: true };
      const fields = await refusedFields(kit.applinks.links.create({ name: 'Old client', credential }));
      expect(fields).to.have.keys('credential.callbackUrl');
      const withFallback = { ...credential, callbackUrl: 'https://old.example.test/' };
      await kit.applinks.links.create({ name: 'Old client', credential: withFallback });
    });
  });
}
