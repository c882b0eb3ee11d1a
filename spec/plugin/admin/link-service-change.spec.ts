/** Links as they are changed: what stays, what is refused, and two people at once. */
import { expect } from 'chai';
import { ApplinksError, type Credential, type SavedLink } from 'express-applinks';
import { sealedPlace } from '../../../plugin/store/sealed-places.js';
import { minuteMs } from '../../support/clock.js';
import {
  codeOf,
  grantedToken,
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
  describe(`Links that are changed, on ${kind}`, () => {
    let kit: KitServices;
    beforeEach(async () => {
      kit = await startServices(kind);
    });
    afterEach(() => kit.close());

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
      const { link } = await kit.applinks.links.update(made.link.id, { name: 'Bitbucket West' }, 'id-admin');
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
      expect(secretsOf(kit, { ...made, link }).kept).to.equal(secretsOf(kit, made).kept);
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
      expect(secretsOf(kit, replaced)).to.deep.equal({ given: 'new', kept: 'new' });
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
}
