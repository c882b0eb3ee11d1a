/**
 * The administrator's pages of links: J A4 (registration, with its KIT line), A5 (the values to paste), row "consumer
 * edit always refused" and SECURITY-2639 of part E, and design.md's first table.
 */
import { generateKeyPairSync } from 'node:crypto';
import { expect } from 'chai';
import type { MiniBrowser, Page } from 'express-applinks/testing';
import { browserOf, locationOf } from '../../support/consent.js';
import { startKitApp, type KitApp, type MountKind } from '../../support/kit-app.js';
import { registerConsumer } from '../../support/register-consumer.js';
import { rememberSecret } from '../../support/secrets.js';
import { TestConsumer } from '../../support/test-consumer.js';
import { grantAccess } from './granted-access.js';
import { problemAt, valueOf } from './page-reading.js';

const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
const publicPem = rsa.publicKey.export({ format: 'pem', type: 'spki' }).toString();

describe('The pages of links', () => {
  let app: KitApp;
  let admin: MiniBrowser;
  beforeEach(async () => {
    app = await startKitApp({ options: { scopes: { build: 'Start and stop builds', read: 'Read logs' } } });
    admin = await browserOf(app.baseUrl, 'admin');
  });
  afterEach(() => app.close());

  const open = (path: string): Promise<Page> => admin.get(`${app.baseUrl}/applinks/admin${path}`);
  const onlyLink = async () => {
    const [link, ...more] = await app.store.links.list();
    expect(more).to.be.empty;
    return link!;
  };

  describe('the list', () => {
    it('says where to begin while it is empty', async () => {
      const { text } = await open('');
      expect(text).to.include('No application is linked yet').and.include('/applinks/admin/create');
      expect(text).to.include('both halves').and.not.include('The next page then shows');
    });

    it('shows application, direction, status and actions', async () => {
      const { linkId } = await registerConsumer(app, { displayUrl: 'https://bb.example.test' });
      const { text } = await open('');
      for (const shown of ['Bitbucket', 'https://bb.example.test', 'Incoming', 'Waiting']) {
        expect(text).to.include(shown);
      }
      for (const action of ['', '/edit', '/delete', '#credentials']) {
        expect(text).to.include(`href="/applinks/admin/links/${linkId}${action}"`);
      }
    });

    it('tests a link, and makes it primary, without opening it first', async () => {
      await registerConsumer(app, { name: 'First' });
      await registerConsumer(app, { name: 'Second' });
      const page = await open('');
      const form = (end: string): number[] =>
        page.forms.flatMap(({ action }, index) => (action.endsWith(end) ? [index] : []));
      expect(form('/test')).to.have.length(2);
      await admin.submit(page, { form: form('/test')[0]! });
      const [tested] = (await open('')).text.split('role="rowheader"').slice(1);
      expect(tested).to.include('Non-Atlassian').and.include('No user has allowed it yet.');
      await admin.submit(page, { form: form('/trust')[0]!, button: 'primary' });
      const links = await app.store.links.list();
      expect(links.filter(({ primary }) => primary).map(({ name }) => name)).to.deep.equal(['Second']);
    });

    it('tells a link in use from one that nobody has allowed yet', async () => {
      const used = await registerConsumer(app, { name: 'Used' });
      await registerConsumer(app, { name: 'New' });
      await grantAccess(app, used, 'ana');
      const rows = (await open('')).text.split('role="rowheader"').slice(1);
      expect(rows[0]).to.include('Used').and.include('In use');
      expect(rows[1]).to.include('New').and.include('Waiting');
    });
  });

  describe('the details', () => {
    for (const [mount, path] of [
      ['root', ''],
      ['path', '/ci'],
      ['stripped', '/ci'],
    ] as const satisfies [MountKind, string][]) {
      it(`hold every value of Bitbucket's form, mounted as ${mount}`, async () => {
        const other = await startKitApp({ mount });
        try {
          const { linkId, identity } = await registerConsumer(other);
          const browser = await browserOf(other.baseUrl, 'admin');
          const page = await browser.get(`${other.baseUrl}/applinks/admin/links/${linkId}`);
          expect(valueOf(page, 'application-url')).to.equal(other.baseUrl);
          expect(valueOf(page, 'application-name')).to.equal('Sample CI');
          expect(valueOf(page, 'service-provider-name')).to.equal('Sample CI');
          expect(valueOf(page, 'consumer-key')).to.equal(identity.consumerKey);
          expect(valueOf(page, 'request-token-url')).to.equal(`${path}/plugins/servlet/oauth/request-token`);
          expect(valueOf(page, 'access-token-url')).to.equal(`${path}/plugins/servlet/oauth/access-token`);
          expect(valueOf(page, 'authorize-url')).to.equal(`${path}/plugins/servlet/oauth/authorize`);
          for (const said of ['Generic Application', 'Create incoming link', 'unticked', 'no response']) {
            expect(page.text).to.include(said);
          }
        } finally {
          await other.close();
        }
      });
    }

    it('warn where the application URL leads to this machine only', async () => {
      const { linkId } = await registerConsumer(app);
      expect((await open(`/links/${linkId}`)).text).to.include(
        '127.0.0.1, which other machines cannot reach',
      );
      const reachable = await startKitApp({ options: { baseUrl: 'https://ci.example.test' } });
      try {
        const { linkId: id } = await registerConsumer(reachable);
        const browser = await browserOf(reachable.baseUrl, 'admin');
        const page = await browser.get(`${reachable.baseUrl}/applinks/admin/links/${id}`);
        expect(valueOf(page, 'application-url')).to.equal('https://ci.example.test');
        expect(page.text).not.to.include('cannot reach');
      } finally {
        await reachable.close();
      }
    });

    it('make no link and no markup of hostile names and addresses (SECURITY-2639)', async () => {
      const { linkId } = await registerConsumer(app, { name: '<img src=x onerror=alert(1)>"\'&' });
      const link = await app.store.links.get(linkId);
      link!.incoming[0]!.callbackUrl = 'javascript:alert(document.domain)';
      link!.displayUrl = 'javascript:alert(2)';
      expect(await app.store.links.update(link!)).to.equal(true);
      for (const path of ['', `/links/${linkId}`, `/links/${linkId}/edit`, `/links/${linkId}/delete`]) {
        const { text } = await open(path);
        expect(text).to.include('&lt;img src=x').and.not.to.include('<img');
        expect(text).not.to.match(/(?:href|src|action)="\s*javascript:/i);
      }
    });

    it('replace a secret by a new one, shown once; the old one signs no more', async () => {
      const consumer = await registerConsumer(app);
      const page = await open(`/links/${consumer.linkId}`);
      const replaced = await admin.submit(page, { form: secretForm(page) });
      const secret = rememberSecret(valueOf(replaced, 'shared-secret'), 'consumer secret');
      expect(replaced.header('cache-control')).to.equal('no-store');
      expect((await open(`/links/${consumer.linkId}`)).text).not.to.include(secret);
      expect((await consumer.askRequestToken('oob')).problem).to.equal('signature_invalid');
      const { consumerKey } = consumer.identity;
      const renewed = new TestConsumer(app.baseUrl, {
        consumerKey,
        signatureMethod: 'HMAC-SHA1',
        consumerSecret: secret,
      });
      expect((await renewed.askRequestToken('oob')).status).to.equal(200);
    });

    it('replace a public key, and refuse what is none at its field', async () => {
      const consumer = await registerConsumer(app, { signatureMethod: 'RSA-SHA1' });
      const page = await open(`/links/${consumer.linkId}`);
      const refused = await admin.submit(page, {
        form: secretForm(page),
        fields: { public_key: 'no <key>' },
      });
      expect(refused.status).to.equal(400);
      expect(problemAt(refused, 'public_key')).not.to.equal('');
      expect((await consumer.askRequestToken('oob')).status).to.equal(200);
      const replaced = await admin.submit(page, {
        form: secretForm(page),
        fields: { public_key: publicPem },
      });
      expect(replaced.status).to.equal(200);
      expect(replaced.text).to.include('It is replaced.');
      expect((await consumer.askRequestToken('oob')).problem).to.equal('signature_invalid');
    });
  });

  describe('editing', () => {
    it('saves, keeps key, secret and tokens (J A4), and comes back to the details', async () => {
      const consumer = await registerConsumer(app);
      const granted = await grantAccess(app, consumer, 'ana');
      const form = await open(`/links/${consumer.linkId}/edit`);
      const saved = await admin.submit(form, {
        fields: {
          name: 'Renamed',
          callback: 'https://bb.example.test/cb',
          key: 'other-key',
          idle_timeout: '7',
        },
      });
      expect(saved.status).to.equal(303);
      const details = await admin.get(new URL(locationOf(saved), app.baseUrl).href);
      expect(details.text).to.include('The changes are saved.').and.include('7 days');
      const link = await onlyLink();
      expect(link.name).to.equal('Renamed');
      expect(link.incoming[0]).to.include({
        key: consumer.identity.consumerKey,
        callbackUrl: 'https://bb.example.test/cb',
      });
      expect((await consumer.call('POST', '/job/demo/build', granted)).status).to.equal(201);
    });

    it('saves the form untouched without changing a value', async () => {
      const consumer = await registerConsumer(app, {
        displayUrl: 'https://bb.example.test',
        callbackUrl: 'https://bb.example.test/cb',
        scopes: ['build'],
        idleTimeoutMs: 90 * 60_000,
      });
      const before = await onlyLink();
      expect((await admin.submit(await open(`/links/${consumer.linkId}/edit`))).status).to.equal(303);
      const after = await onlyLink();
      const { revision, updatedAtMs } = before;
      expect({ ...after, revision, updatedAtMs }).to.deep.equal(before);
    });

    it('empties what is optional', async () => {
      const consumer = await registerConsumer(app, {
        displayUrl: 'https://bb.example.test',
        callbackUrl: 'https://bb.example.test/cb',
        idleTimeoutMs: 90 * 60_000,
      });
      const form = await open(`/links/${consumer.linkId}/edit`);
      await admin.submit(form, { fields: { application_url: '', callback: '', idle_timeout: '' } });
      const link = await onlyLink();
      expect(link.displayUrl).to.equal(null);
      expect(link.incoming[0]).to.include({ callbackUrl: null, idleTimeoutMs: null });
    });

    it('changes nothing when one field is wrong', async () => {
      const consumer = await registerConsumer(app);
      const before = await onlyLink();
      const form = await open(`/links/${consumer.linkId}/edit`);
      for (const [field, fields] of [
        ['name', { name: '', callback: 'https://bb.example.test/new' }],
        ['callback', { name: 'New name', callback: 'ftp://bb.example.test' }],
        ['callback', { name: 'New name', callback: '', insecure_callback: '1' }],
      ] as const) {
        const refused = await admin.submit(form, { fields });
        expect(refused.status).to.equal(400);
        expect(problemAt(refused, field)).not.to.equal('');
        expect(new Map(refused.forms[0]!.fields).get('callback')).to.equal(fields.callback);
        expect(await onlyLink()).to.deep.equal(before);
      }
    });
  });

  describe('deleting', () => {
    it('says what stops working, and how many users it concerns', async () => {
      const consumer = await registerConsumer(app);
      const path = `/links/${consumer.linkId}/delete`;
      expect((await open(path)).text).to.include('Nobody has given it access');
      await grantAccess(app, consumer, 'ana');
      expect((await open(path)).text).to.include('Access is revoked for one user.');
      await grantAccess(app, consumer, 'rob');
      await grantAccess(app, consumer, 'rob');
      const { text } = await open(path);
      expect(text).to.include('Access is revoked for 2 users.').and.include(consumer.identity.consumerKey);
    });

    it('deletes by the form only; then consumer and tokens are gone, and a second submit finds nothing', async () => {
      const consumer = await registerConsumer(app);
      const granted = await grantAccess(app, consumer, 'ana');
      const form = await open(`/links/${consumer.linkId}/delete`);
      await onlyLink();
      const deleted = await admin.submit(form);
      expect(locationOf(deleted)).to.equal('/applinks/admin?done=deleted');
      expect((await open('?done=deleted')).text).to.include('The link is deleted');
      expect(await app.store.links.list()).to.be.empty;
      expect((await consumer.call('POST', '/job/demo/build', granted)).problem).to.equal('token_rejected');
      expect((await admin.submit(form)).status).to.equal(404);
    });
  });
});

/** The form that replaces a secret or key. */
const secretForm = (page: Page): number => page.forms.findIndex(({ action }) => action.endsWith('/secret'));
