/** The form that creates a link: J A4 with its KIT line, each complaint at its field, the secret shown once. */
import { generateKeyPairSync } from 'node:crypto';
import { expect } from 'chai';
import type { MiniBrowser, Page } from 'express-applinks/testing';
import { browserOf } from '../../support/consent.js';
import { startKitApp, type KitApp } from '../../support/kit-app.js';
import { rememberSecret } from '../../support/secrets.js';
import { TestConsumer } from '../../support/test-consumer.js';
import { problemAt, valueOf } from './page-reading.js';

const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
const publicPem = rsa.publicKey.export({ format: 'pem', type: 'spki' }).toString();
const typed = { name: 'Bitbucket', key: 'bitbucket' };

describe('The form that creates a link', () => {
  let app: KitApp;
  let admin: MiniBrowser;
  beforeEach(async () => {
    app = await startKitApp({ options: { scopes: { build: 'Start and stop builds', read: 'Read logs' } } });
    admin = await browserOf(app.baseUrl, 'admin');
  });
  afterEach(() => app.close());

  const open = (path: string): Promise<Page> => admin.get(`${app.baseUrl}/applinks/admin${path}`);
  const create = async (fields: Record<string, string> = typed): Promise<Page> =>
    admin.submit(await open('/links/new'), { fields });
  const onlyLink = async () => {
    const [link, ...more] = await app.store.links.list();
    expect(more).to.be.empty;
    return link!;
  };

  it('takes a name and a key, and makes the rest', async () => {
    const page = await create();
    expect(page.status).to.equal(200);
    const link = await onlyLink();
    expect(link).to.include({ name: 'Bitbucket', displayUrl: null });
    expect(link.incoming).to.have.length(1);
    expect(link.incoming[0]).to.include({
      key: 'bitbucket',
      signatureMethod: 'HMAC-SHA1',
      callbackUrl: null,
      allowInsecureMissingCallback: false,
      scopes: null,
      requestTokenLifetimeMs: 10 * 60_000,
      accessTokenLifetimeMs: 365 * 24 * 60 * 60_000,
      idleTimeoutMs: null,
    });
  });

  it('stores everything that was typed', async () => {
    const blank = await open('/links/new');
    await admin.submit(blank, {
      fields: {
        name: '  Bitbucket West ',
        application_url: 'https://bb.example.test/bitbucket',
        key: 'bb: west 1',
        method: 'HMAC-SHA256',
        secret: rememberSecret('a secret that was agreed upon', 'consumer secret'),
        callback: 'https://bb.example.test/cb?x=1',
        insecure_callback: '1',
        scopes: 'chosen',
        scope: 'read',
        request_token_lifetime: '1',
        request_token_lifetime_unit: 'hours',
        access_token_lifetime: '90',
        access_token_lifetime_unit: 'days',
        idle_timeout: '30',
        idle_timeout_unit: 'days',
      },
    });
    const link = await onlyLink();
    expect(link).to.include({ name: 'Bitbucket West', displayUrl: 'https://bb.example.test/bitbucket' });
    expect(link.incoming[0]).to.deep.include({
      key: 'bb: west 1',
      signatureMethod: 'HMAC-SHA256',
      callbackUrl: 'https://bb.example.test/cb?x=1',
      allowInsecureMissingCallback: true,
      scopes: ['read'],
      requestTokenLifetimeMs: 60 * 60_000,
      accessTokenLifetimeMs: 90 * 24 * 60 * 60_000,
      idleTimeoutMs: 30 * 24 * 60 * 60_000,
    });
  });

  it('shows a generated secret once, and that secret signs', async () => {
    const page = await create();
    const secret = rememberSecret(valueOf(page, 'shared-secret'), 'consumer secret');
    expect(page.header('cache-control')).to.equal('no-store');
    expect(page.text).to.include('shown this once');
    const consumer = new TestConsumer(app.baseUrl, {
      consumerKey: 'bitbucket',
      signatureMethod: 'HMAC-SHA1',
      consumerSecret: secret,
    });
    expect((await consumer.askRequestToken('oob')).status).to.equal(200);
    const { id } = await onlyLink();
    for (const path of ['', `/links/${id}`, `/links/${id}/edit`, `/links/${id}/delete`]) {
      expect((await open(path)).text).not.to.include(secret);
    }
  });

  it('uses a given secret', async () => {
    const secret = rememberSecret('correct horse battery staple', 'consumer secret');
    await create({ ...typed, secret });
    const identity = { consumerKey: 'bitbucket', signatureMethod: 'HMAC-SHA1' as const };
    const consumer = new TestConsumer(app.baseUrl, { ...identity, consumerSecret: secret });
    expect((await consumer.askRequestToken('oob')).status).to.equal(200);
  });

  it('takes a public key, shows its fingerprint and no secret', async () => {
    const page = await create({ ...typed, method: 'RSA-SHA1', public_key: publicPem, secret: 'left over' });
    expect(page.status, page.text).to.equal(200);
    expect(page.text)
      .to.match(/(?:[0-9a-f]{2}:){31}[0-9a-f]{2}/i)
      .and.not.to.include('shared-secret');
    const consumer = new TestConsumer(app.baseUrl, {
      consumerKey: 'bitbucket',
      signatureMethod: 'RSA-SHA1',
      privateKey: rsa.privateKey,
    });
    expect((await consumer.askRequestToken('oob')).status).to.equal(200);
  });

  it('a second time by the same form is refused at the key, and changes nothing', async () => {
    const form = await open('/links/new');
    await admin.submit(form, { fields: typed });
    const before = await onlyLink();
    const again = await admin.submit(form, { fields: typed });
    expect(again.status).to.equal(400);
    expect(problemAt(again, 'key')).not.to.equal('');
    expect(await onlyLink()).to.deep.equal(before);
  });

  for (const [field, wrong] of [
    ['name', { name: '  ' }],
    ['name', { name: 'n'.repeat(300) }],
    ['application_url', { application_url: 'javascript:alert(1)' }],
    ['application_url', { application_url: 'no url' }],
    ['key', { key: '' }],
    ['key', { key: 'k'.repeat(256) }],
    ['key', { key: 'bell\u0007' }],
    ['method', { method: 'PLAINTEXT' }],
    ['public_key', { method: 'RSA-SHA1', public_key: '' }],
    ['public_key', { method: 'RSA-SHA1', public_key: 'no key' }],
    ['callback', { callback: 'ftp://bb.example.test/' }],
    ['callback', { callback: 'javascript:alert(1)' }],
    ['callback', { callback: 'https://user:pw@bb.example.test/' }],
    ['scopes', { scopes: 'chosen', scope: 'no-such-scope' }],
    ['request_token_lifetime', { request_token_lifetime: 'soon' }],
    ['request_token_lifetime', { request_token_lifetime: '0' }],
    ['access_token_lifetime', { access_token_lifetime: '1,5' }],
    ['access_token_lifetime', { access_token_lifetime: '99999999' }],
    ['access_token_lifetime', { access_token_lifetime: '5', access_token_lifetime_unit: 'years' }],
    ['idle_timeout', { idle_timeout: '-1' }],
  ] as const) {
    it(`complains at the field ${field} of ${JSON.stringify(wrong).slice(0, 60)}`, async () => {
      const page = await create({ ...typed, ...wrong });
      expect(page.status).to.equal(400);
      expect(problemAt(page, field)).to.match(/^[A-Z].*[.?)]$/s);
      expect(page.text).to.include(`<a href="#${field}">`);
      expect(await app.store.links.list()).to.be.empty;
    });
  }

  it('complains of all fields at once, and keeps what was typed, the secret excepted', async () => {
    const page = await create({
      name: '',
      key: '"><b>kept</b>',
      application_url: 'not <kept>',
      callback: 'javascript:1',
      secret: 'never shown again',
      scopes: 'chosen',
      scope: 'read',
      access_token_lifetime: '<7>',
      access_token_lifetime_unit: 'hours',
    });
    for (const field of ['name', 'application_url', 'callback', 'access_token_lifetime']) {
      expect(problemAt(page, field), field).not.to.equal('');
    }
    expect(page.text).not.to.include('never shown again').and.not.to.include('<b>kept');
    const fields = new Map(page.forms[0]!.fields);
    expect(fields.get('key')).to.equal('"><b>kept</b>');
    expect(fields.get('application_url')).to.equal('not <kept>');
    expect(fields.get('access_token_lifetime')).to.equal('<7>');
    expect(fields.get('access_token_lifetime_unit')).to.equal('hours');
    expect(fields.get('secret')).to.equal('');
    expect(fields.get('scopes')).to.equal('chosen');
    expect(fields.get('scope')).to.equal('read');
  });
});
