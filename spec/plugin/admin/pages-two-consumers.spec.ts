/** A link with two consumers at once: AL 5.1 has Atlassian peers sign with a manual key and with their host key. */
import { expect } from 'chai';
import { generateKeyPairSync } from 'node:crypto';
import type { MiniBrowser, Page } from 'express-applinks/testing';
import { browserOf } from '../../support/consent.js';
import { startKitApp, type KitApp } from '../../support/kit-app.js';
import { registerConsumer, type RegisteredConsumer } from '../../support/register-consumer.js';
import { rememberSecret } from '../../support/secrets.js';
import { problemAt, valueOf } from './page-reading.js';

const { publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
const publicPem = publicKey.export({ format: 'pem', type: 'spki' }).toString();

describe('The pages of a link with two consumers', () => {
  let app: KitApp;
  let admin: MiniBrowser;
  let first: RegisteredConsumer;
  let secondId: string;
  beforeEach(async () => {
    app = await startKitApp();
    admin = await browserOf(app.baseUrl, 'admin');
    first = await registerConsumer(app, { callbackUrl: 'https://bb.example.test/first' });
    const { link } = await app.applinks.links.addCredential(first.linkId, {
      key: 'host-key',
      signatureMethod: 'RSA-SHA1',
      publicKey: publicPem,
      callbackUrl: 'https://bb.example.test/second',
    });
    secondId = link.incoming[1]!.id;
  });
  afterEach(() => app.close());

  const open = (rest = ''): Promise<Page> =>
    admin.get(`${app.baseUrl}/applinks/admin/links/${first.linkId}${rest}`);
  const formAbout = (page: Page, credentialId: string): number =>
    page.forms.findIndex(({ fields }) => fields.some(([, value]) => value === credentialId));

  it('show the values of both, and give no id twice', async () => {
    const page = await open();
    expect(valueOf(page, 'consumer-key')).to.equal(first.identity.consumerKey);
    expect(valueOf(page, 'consumer-key-2')).to.equal('host-key');
    const ids = [...page.text.matchAll(/\sid="([^"]+)"/g)].map(([, id]) => id);
    expect(new Set(ids).size).to.equal(ids.length);
  });

  it('edit the consumer that was chosen, and the first one unless told', async () => {
    for (const [rest, callback] of [
      ['/edit', 'https://bb.example.test/first'],
      [`/edit?credential=${secondId}`, 'https://bb.example.test/second'],
    ] as const) {
      expect(new Map((await open(rest)).forms[0]!.fields).get('callback')).to.equal(callback);
    }
    const form = await open(`/edit?credential=${secondId}`);
    await admin.submit(form, { fields: { callback: 'https://bb.example.test/changed' } });
    const link = await app.applinks.links.get(first.linkId);
    expect(link.incoming.map(({ callbackUrl }) => callbackUrl)).to.deep.equal([
      'https://bb.example.test/first',
      'https://bb.example.test/changed',
    ]);
  });

  it('replace the secret of the one that was chosen, and show it there', async () => {
    const page = await open();
    const replaced = await admin.submit(page, { form: formAbout(page, first.credentialId) });
    rememberSecret(valueOf(replaced, 'shared-secret'), 'consumer secret');
    expect(replaced.text).not.to.include('shared-secret-2');
    const refused = await admin.submit(page, {
      form: formAbout(page, secondId),
      fields: { public_key: 'no key' },
    });
    expect(refused.status).to.equal(400);
    expect(problemAt(refused, 'public_key-2')).not.to.equal('');
    expect(problemAt(refused, 'public_key')).to.equal('');
  });

  it('know no consumer of another link', async () => {
    const other = await registerConsumer(app);
    expect((await open(`/edit?credential=${other.credentialId}`)).status).to.equal(404);
    const page = await open();
    const form = formAbout(page, first.credentialId);
    const answer = await admin.submit(page, { form, fields: { credential: other.credentialId } });
    expect(answer.status).to.equal(404);
    expect((await other.askRequestToken('oob')).status).to.equal(200);
  });

  it('say of a link without any that nothing can sign in through it', async () => {
    await app.applinks.links.removeCredential(first.linkId, first.credentialId);
    await app.applinks.links.removeCredential(first.linkId, secondId);
    expect((await open()).text)
      .to.include('This link has no consumer yet')
      .and.include('Incomplete');
    const edited = await admin.submit(await open('/edit'), { fields: { name: 'Still editable' } });
    expect(edited.status).to.equal(303);
  });
});
