/** Links as administrators, JSON and hosts make and change them: secrets, keys, two people at once, and what dies. */
import { generateKeyPairSync } from 'node:crypto';
import { expect } from 'chai';
import { ApplinksError, type Credential, type Link, type SavedLink, type Store } from 'express-applinks';
import { sealedPlace } from '../../../plugin/store/sealed-places.js';
import { minuteMs } from '../../support/clock.js';
import {
  allowedRequest,
  grantedToken,
  refusedFields,
  startServices,
  storeKinds,
  type KitServices,
} from './kit-services.js';

const hmac = { key: 'bb', signatureMethod: 'HMAC-SHA1' } as const;
const pemOf = (modulusLength: number): string =>
  generateKeyPairSync('rsa', { modulusLength }).publicKey.export({ format: 'pem', type: 'spki' }).toString();
const pem = pemOf(2048);
const takenRule = ['Another consumer has this key already. Choose another one.'];

async function codeOf(failing: Promise<unknown>): Promise<string> {
  try {
    await failing;
  } catch (error) {
    if (error instanceof ApplinksError) return `${error.status} ${error.code}`;
    throw error;
  }
  throw new Error('nothing was refused');
}

function only(link: Link): Credential {
  const [credential, ...more] = link.incoming;
  if (!credential || more.length > 0) throw new Error('not exactly one consumer');
  return credential;
}

for (const kind of storeKinds) {
  describe(`Links as a service, on ${kind}`, () => {
    let kit: KitServices;
    beforeEach(async () => {
      kit = await startServices(kind);
    });
    afterEach(() => kit.close());

    const secretKept = ({ link, secrets }: SavedLink): { given: string | undefined; kept: string } => {
      const credential = only(link);
      if (credential.kind !== 'oauth1-hmac') throw new Error('it has no secret');
      const kept = kit.sealer.open(
        credential.sealedSecret,
        sealedPlace.consumerSecret(link.id, credential.id),
      );
      return { given: secrets[credential.id], kept };
    };

    describe('that are made', () => {
      it('have a secret of 256 bits, told once and kept sealed', async () => {
        const saved = await kit.applinks.links.create({ name: 'Bitbucket', credential: hmac });
        const { given, kept } = secretKept(saved);
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
        const secrets = (await Promise.all(made)).map((saved) => secretKept(saved).kept);
        expect(new Set(secrets).size).to.equal(3);
      });

      it('have the secret that was given', async () => {
        const credential = { ...hmac, secret: 'chosen on the other side' };
        const saved = await kit.applinks.links.create({ name: 'Bitbucket', credential });
        expect(secretKept(saved)).to.deep.equal({
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

      it('have the public key, of a certificate too, and no secret', async () => {
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
          'credential.publicKey': [
            'A consumer that signs with HMAC-SHA1 has a shared secret, no public key.',
          ],
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

    describe('that are changed', () => {
      let made: SavedLink;
      let consumer: Credential;
      beforeEach(async () => {
        made = await kit.applinks.links.create({
          name: 'Bitbucket',
          displayUrl: 'https://bb.example.test',
          credential: { ...hmac, callbackUrl: 'https://bb.example.test/access', idleTimeoutMs: minuteMs },
        });
        consumer = only(made.link);
        kit.events.length = 0;
      });

      it('keep what was not mentioned, and note the time', async () => {
        kit.clock.advance(minuteMs);
        const { link } = await kit.applinks.links.update(
          made.link.id,
          { name: 'Bitbucket West' },
          'id-admin',
        );
        expect(link).to.deep.include({ name: 'Bitbucket West', displayUrl: 'https://bb.example.test' });
        expect(link.incoming).to.deep.equal(made.link.incoming);
        expect(link.updatedAtMs - link.createdAtMs).to.be.at.least(minuteMs);
        expect(kit.events).to.deep.equal([
          { name: 'link.updated', event: { linkId: link.id, by: 'id-admin' } },
        ]);
      });

      it('lose what is set to null, and only that', async () => {
        const { links } = kit.applinks;
        expect((await links.update(made.link.id, { displayUrl: null })).link).to.include({
          displayUrl: null,
          name: 'Bitbucket',
        });
        const { link } = await links.updateCredential(made.link.id, consumer.id, { idleTimeoutMs: null });
        expect(only(link)).to.include({ idleTimeoutMs: null, callbackUrl: 'https://bb.example.test/access' });
      });

      it('may be saved with the key that they have (J A4)', async () => {
        const again = { key: 'bb', callbackUrl: 'https://bb.example.test/other' };
        const { link } = await kit.applinks.links.updateCredential(made.link.id, consumer.id, again);
        expect(only(link)).to.include(again);
        expect(secretKept({ ...made, link }).kept).to.equal(secretKept(made).kept);
      });

      it('are refused a key that another consumer has, of their own link too', async () => {
        const { links } = kit.applinks;
        const { link } = await links.addCredential(made.link.id, { ...hmac, key: 'second' });
        await links.create({ name: 'Jira', credential: { ...hmac, key: 'jira' } });
        for (const key of ['second', 'jira']) {
          const change = links.updateCredential(link.id, consumer.id, { key });
          expect(await refusedFields(change)).to.deep.equal({ key: takenRule });
          expect(await refusedFields(links.addCredential(link.id, { ...hmac, key }))).to.deep.equal({
            key: takenRule,
          });
        }
        expect(await links.get(link.id)).to.deep.equal(link);
      });

      it('take a new secret in the place of the old one, and keep what users have granted', async () => {
        const token = await grantedToken(kit.store, made.link, 'ana');
        const replaced = await kit.applinks.links.updateCredential(made.link.id, consumer.id, {
          secret: 'new',
        });
        expect(secretKept(replaced)).to.deep.equal({ given: 'new', kept: 'new' });
        expect(await kit.store.accessTokens.get(token.digest)).not.to.equal(undefined);
      });

      it('take a new public key, and warn of a short one', async () => {
        const { links } = kit.applinks;
        const rsa = await links.create({
          name: 'Jira',
          credential: { key: 'rsa', signatureMethod: 'RSA-SHA1', publicKey: pem },
        });
        const id = only(rsa.link).id;
        const { link, warnings } = await links.updateCredential(rsa.link.id, id, { publicKey: pemOf(1024) });
        expect(only(link)).not.to.have.property(
          'publicKey',
          (only(rsa.link) as { publicKey?: string }).publicKey,
        );
        expect(warnings).to.have.length(1);
        expect(await refusedFields(links.updateCredential(rsa.link.id, id, { publicKey: '' }))).to.have.keys(
          'publicKey',
        );
        expect(await links.get(rsa.link.id)).to.deep.equal(link);
      });

      it('refuse a secret for a public key and the other way round', async () => {
        const { links } = kit.applinks;
        const swap = links.updateCredential(made.link.id, consumer.id, { publicKey: pem });
        expect(await refusedFields(swap)).to.have.keys('publicKey');
        const rsa = await links.create({
          name: 'Jira',
          credential: { key: 'rsa', signatureMethod: 'RSA-SHA1', publicKey: pem },
        });
        const back = links.updateCredential(rsa.link.id, only(rsa.link).id, { secret: 'new' });
        expect(await refusedFields(back)).to.have.keys('secret');
      });

      it('keep their fallback while requests may name no callback', async () => {
        const { links } = kit.applinks;
        const { link } = made;
        await links.updateCredential(link.id, consumer.id, { allowInsecureMissingCallback: true });
        const change = links.updateCredential(link.id, consumer.id, { callbackUrl: null });
        expect(await refusedFields(change)).to.have.keys('callbackUrl');
        await links.updateCredential(link.id, consumer.id, {
          callbackUrl: null,
          allowInsecureMissingCallback: false,
        });
      });

      it('hold several consumers, each with its own secret', async () => {
        const second = { key: 'second', signatureMethod: 'HMAC-SHA256' } as const;
        const { link, secrets } = await kit.applinks.links.addCredential(made.link.id, second);
        expect(link.incoming.map(({ key }) => key)).to.deep.equal(['bb', 'second']);
        expect(Object.keys(secrets)).to.deep.equal([link.incoming[1]!.id]);
        expect(link.incoming[0]).to.deep.equal(consumer);
      });

      it('give no sealed secret that opens in the place of another', async () => {
        const { link } = await kit.applinks.links.addCredential(made.link.id, { ...hmac, key: 'second' });
        const [one, two] = link.incoming;
        if (one?.kind !== 'oauth1-hmac' || !two) throw new Error('two consumers were made');
        const moved = (): string =>
          kit.sealer.open(one.sealedSecret, sealedPlace.consumerSecret(link.id, two.id));
        expect(moved).to.throw(ApplinksError, /cannot be opened/);
      });

      it('answer for what is not there', async () => {
        const { links } = kit.applinks;
        const { id } = made.link;
        expect(await codeOf(links.get('gone'))).to.equal('404 not_found');
        expect(await codeOf(links.update('gone', { name: 'x' }))).to.equal('404 not_found');
        expect(await codeOf(links.remove('gone'))).to.equal('404 not_found');
        expect(await codeOf(links.addCredential('gone', { ...hmac, key: 'x' }))).to.equal('404 not_found');
        expect(await codeOf(links.updateCredential(id, 'gone', {}))).to.equal('404 not_found');
        expect(await codeOf(links.removeCredential(id, 'gone'))).to.equal('404 not_found');
        expect(kit.events).to.be.empty;
      });

      it('refuse by a promise, never by throwing at the caller', async () => {
        const { links } = kit.applinks;
        const { id } = made.link;
        const bad = [
          () => links.create({ name: '' }),
          () => links.update(id, { name: '' }),
          () => links.addCredential(id, { ...hmac, key: '' }),
          () => links.updateCredential(id, consumer.id, { key: '' }),
        ];
        for (const change of bad) expect(await refusedFields(change())).not.to.be.empty;
      });

      it('keep both changes when two people save at the same time', async () => {
        const { links } = kit.applinks;
        await Promise.all([
          links.update(made.link.id, { name: 'Bitbucket West' }),
          links.update(made.link.id, { displayUrl: 'https://west.example.test' }),
          links.updateCredential(made.link.id, consumer.id, { scopes: ['read'] }),
          links.addCredential(made.link.id, { ...hmac, key: 'second' }),
        ]);
        const link = await links.get(made.link.id);
        expect(link).to.include({ name: 'Bitbucket West', displayUrl: 'https://west.example.test' });
        expect(link.incoming[0]).to.deep.include({ scopes: ['read'], id: consumer.id });
        expect(link.incoming[1]).to.include({ key: 'second' });
        expect(link.revision).to.equal(made.link.revision + 4);
      });
    });

    describe('that are removed', () => {
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
  });
}

describe('Links that somebody else keeps changing', () => {
  /** Lets `updates(times)` fail as the store does when the revision has changed. */
  const busy =
    (times: number, seen: number[]) =>
    (store: Store): Store => ({
      ...store,
      links: {
        ...store.links,
        update: (link) => {
          seen.push(link.revision);
          return seen.length > times ? store.links.update(link) : Promise.resolve(false);
        },
      },
    });

  it('are read again and saved when it quiets down', async () => {
    const seen: number[] = [];
    const kit = await startServices('memory', { wrap: busy(2, seen) });
    try {
      const { link } = await kit.applinks.links.create({ name: 'Bitbucket' });
      expect((await kit.applinks.links.update(link.id, { name: 'West' })).link.name).to.equal('West');
      expect(seen).to.have.length(3);
    } finally {
      await kit.close();
    }
  });

  it('are given up with a sentence that says what to do, and no event', async () => {
    const kit = await startServices('memory', { wrap: busy(Infinity, []) });
    try {
      const { link } = await kit.applinks.links.create({ name: 'Bitbucket' });
      kit.events.length = 0;
      expect(await codeOf(kit.applinks.links.update(link.id, { name: 'West' }))).to.equal('409 conflict');
      expect((await kit.applinks.links.get(link.id)).name).to.equal('Bitbucket');
      expect(kit.events).to.be.empty;
    } finally {
      await kit.close();
    }
  });
});
