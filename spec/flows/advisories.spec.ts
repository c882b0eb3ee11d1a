/**
 * Security advisories and bugs of Jenkins's application link module (jenkins-integration.md part E) as regression
 * specs: each row that applies to a provider. Held elsewhere, and not repeated here:
 *
 * | row                              | held by                                                                      |
 * |----------------------------------|------------------------------------------------------------------------------|
 * | SECURITY-2639, at save           | plugin/admin/pages-new-link.spec, flows/request-token.spec (row 11)            |
 * | SECURITY-2640                    | plugin/admin/pages-access.spec, for each page and form                         |
 * | verifier delivery                | flows/consent.spec ("the callback of its URL", "against cross-site requests")  |
 * | shared secret at rest            | flows/stored-secrets.spec                                                    |
 * | log content, of the whole run    | support/secrets-hooks                                                        |
 * | consumer edit always refused     | plugin/admin/pages-links.spec ("saves, keeps key, secret and tokens")          |
 * | session renewal always fails     | flows/access-token.spec ("renewing an access token")                           |
 *
 * Webhooks, build statuses and jobs (JENKINS-74983, -76496, -66789, -63031, -76176, -63815, -66539, -72765, -72280,
 * -62463, configuration property name) come with those features, in later issues.
 */
import { inspect } from 'node:util';
import { expect } from 'chai';
import express, { type RequestHandler } from 'express';
import { InvalidInput } from 'express-applinks';
import { signRequest } from 'express-applinks/testing';
import { browserOf, consentUrl, locationOf } from '../support/consent.js';
import { startKitApp, type KitApp } from '../support/kit-app.js';
import { listen } from '../support/listen.js';
import { registerConsumer, type RegisteredConsumer } from '../support/register-consumer.js';
import { classicPaths, send, type Answer, type Credentials } from '../support/test-consumer.js';
import { grantAccess } from '../plugin/admin/granted-access.js';

const callback = 'https://bitbucket.example.test/access';

describe('SECURITY-2639: a callback of any scheme was stored, shown as a link, and run', () => {
  let app: KitApp;
  let consumer: RegisteredConsumer;
  beforeEach(async () => {
    app = await startKitApp();
    consumer = await registerConsumer(app, { callbackUrl: callback, allowInsecureMissingCallback: true });
    // As if it had got into the store by another way.
    const link = await app.applinks.links.get(consumer.linkId);
    const hostile = 'javascript:alert(document.domain)//';
    const incoming = link.incoming.map((credential) => ({ ...credential, callbackUrl: hostile }));
    await app.store.links.update({ ...link, displayUrl: hostile, rpcUrl: hostile, incoming });
  });
  afterEach(() => app.close());

  it('on no page is a stored one a link', async () => {
    const admin = await browserOf(app.baseUrl, 'admin');
    const { linkId } = consumer;
    for (const path of ['', `/links/${linkId}`, `/links/${linkId}/edit`, `/links/${linkId}/delete`]) {
      const page = await admin.get(`${app.baseUrl}/applinks/admin${path}`);
      expect(page.status, path).to.equal(200);
      expect(page.text, path).not.to.match(/(?:href|src|action)\s*=\s*["']?\s*javascript:/i);
    }
  });

  it('no browser is sent to a stored one', async () => {
    const answer = await consumer.askRequestToken(undefined);
    expect([answer.status, answer.problem]).to.deep.equal([400, 'parameter_absent']);
  });

  it('none is saved by the host’s own code either', async () => {
    for (const callbackUrl of ['javascript:alert(1)', 'data:text/html,x', 'ftp://h/', 'file:///etc/passwd']) {
      const change = app.applinks.links.updateCredential(consumer.linkId, consumer.credentialId, {
        callbackUrl,
      });
      expect(await fieldsOf(change)).to.have.property('callbackUrl');
      const update = app.applinks.links.update(consumer.linkId, { displayUrl: callbackUrl });
      expect(await fieldsOf(update)).to.have.property('displayUrl');
    }
  });
});

describe('SECURITY-2640: any reader could create, view and delete consumers', () => {
  it('a user who is no administrator gets no page, and no form of theirs does anything', async () => {
    const app = await startKitApp();
    try {
      const { linkId } = await registerConsumer(app);
      const reader = await browserOf(app.baseUrl, 'rob');
      const admin = `${app.baseUrl}/applinks/admin`;
      for (const path of ['', '/links/new', `/links/${linkId}`, `/links/${linkId}/delete`, '/tokens']) {
        expect((await reader.get(admin + path)).status, path).to.equal(403);
      }
      const fields = { name: 'Mine', key: 'mine' };
      expect((await reader.post(`${admin}/links/new`, fields)).status).to.equal(403);
      expect((await reader.post(`${admin}/links/${linkId}/delete`, {})).status).to.equal(403);
      expect((await app.applinks.links.list()).map(({ id }) => id)).to.deep.equal([linkId]);
    } finally {
      await app.close();
    }
  });
});

describe('SECURITY-3434: OAuth parameters anywhere in a request switched the defence against CSRF off', () => {
  let app: KitApp;
  let consumer: RegisteredConsumer;
  let access: Credentials;
  let host: Awaited<ReturnType<typeof listen>>;
  const session = { cookie: 'test_session=victim' };

  before(async () => {
    app = await startKitApp();
    consumer = await registerConsumer(app);
    access = await grantAccess(app, consumer, 'ana');
    app.host.sessions.set('victim', 'id-admin');
    const guarded = express();
    guarded.use(app.applinks.router(), app.applinks.authenticate({ optional: true }), crossSiteGuard);
    guarded.all(/.*/, (req, res) => {
      res.json({ caller: req.applink?.user?.name ?? null, scheme: req.applink?.scheme ?? null });
    });
    host = await listen(guarded);
  });
  after(async () => {
    await host.close();
    await app.close();
  });

  /** What a host asks of every change: a form token of its own, unless the caller has been verified. */
  const crossSiteGuard: RequestHandler = (req, res, next) => {
    if (req.applink || req.method === 'GET') next();
    else res.status(403).send('form token missing');
  };
  /** Signed for the public URL, sent to the guarded host. */
  const call = (
    method: string,
    path: string,
    changes: Partial<Parameters<typeof signRequest>[0]> = {},
    extra: Record<string, string> = {},
  ): Promise<Answer> => {
    const signed = signRequest({
      method,
      url: app.baseUrl + path,
      identity: consumer.identity,
      token: access.token,
      tokenSecret: access.secret,
      ...changes,
    });
    const url = host.url + signed.url.slice(app.baseUrl.length);
    const body = signed.body === undefined ? {} : { body: signed.body };
    return send(url, { method, headers: { ...signed.headers, ...extra }, ...body });
  };

  for (const placement of ['query', 'form'] as const) {
    it(`a crafted request with all of them in the ${placement} is not exempt`, async () => {
      const answer = await call('POST', '/admin/delete-everything', { placement }, session);
      expect(answer.status).to.equal(403);
      expect(answer.text).to.equal('form token missing');
    });
  }

  it('a header that does not verify is not exempt, and not passed on', async () => {
    const answer = await call('POST', '/admin/delete-everything', { tokenSecret: 'wrong' }, session);
    expect([answer.status, answer.problem]).to.deep.equal([401, 'signature_invalid']);
  });

  it('a verified header is exempt, and the session cookie beside it does not count', async () => {
    const answer = await call('POST', '/anything', {}, session);
    expect(JSON.parse(answer.text)).to.include({ caller: 'ana' });
  });

  it('review of that fix: the next request of the same session is not exempt', async () => {
    expect((await call('POST', '/anything', {}, session)).status).to.equal(200);
    const next = await send(`${host.url}/anything`, { method: 'POST', headers: session });
    expect(next.status).to.equal(403);
  });

  it('review of that fix: nothing that a caller sends marks a request as verified', async () => {
    const headers = { ...session, 'x-applink': 'verified', applink: '{"user":{"id":"id-admin"}}' };
    const body = new URLSearchParams({ applink: 'verified' });
    const answer = await send(`${host.url}/x?applink=1`, { method: 'POST', headers, body });
    expect(answer.status).to.equal(403);
  });

  it('JENKINS-75365: the exemption does not depend on what is called', async () => {
    for (const [method, path] of [
      ['POST', '/job/demo/build'],
      ['POST', '/job/pipeline/job/feature%2Fx/buildWithParameters'],
      ['PUT', '/anything/else'],
      ['DELETE', '/b/17'],
    ] as const) {
      expect((await call(method, path)).status, path).to.equal(200);
    }
  });

  it('JENKINS-64258: the token endpoints are for machines: no cookie, no form token, no origin', async () => {
    const asked = signRequest({
      method: 'POST',
      url: app.baseUrl + classicPaths.requestToken,
      identity: consumer.identity,
      placement: 'form',
      protocol: { oauth_callback: 'oob' },
    });
    const { headers, body } = asked;
    const answer = await send(host.url + classicPaths.requestToken, {
      method: 'POST',
      headers: { ...headers, origin: 'https://elsewhere.example', 'sec-fetch-site': 'cross-site' },
      ...(body === undefined ? {} : { body }),
    });
    expect(answer.status, answer.text).to.equal(200);
  });

  it('duplicate parameters: two equal fields on unrelated pages are none of the kit’s business', async () => {
    const answer = await send(`${host.url}/search?oauth_token=a&oauth_token=b&q=1&q=1`, {});
    expect(answer.status).to.equal(200);
    expect(JSON.parse(answer.text)).to.deep.equal({ caller: null, scheme: null });
  });

  it('duplicate parameters: in an OAuth request they are refused', async () => {
    const tamper = (pairs: readonly (readonly [string, string])[]) => [
      ...pairs,
      ['oauth_token', access.token] as const,
    ];
    const answer = await call('POST', '/anything', { tamper });
    expect([answer.status, answer.problem]).to.deep.equal([400, 'parameter_rejected']);
  });
});

describe('Anonymous consent: approving without being logged in gave a stack trace', () => {
  it('gives a page that says what is wrong; after the login the same consent is given', async () => {
    const app = await startKitApp();
    try {
      const consumer = await registerConsumer(app);
      const { token } = await consumer.requestToken(callback);
      const browser = await browserOf(app.baseUrl, 'ana');
      const consent = await browser.get(consentUrl(app.baseUrl, token));
      app.host.sessions.clear();
      const refused = await browser.submit(consent, { button: 'authorize' });
      expect(refused.status).to.equal(401);
      expect(refused.text)
        .to.include('User not logged in.')
        .and.not.match(/\bat .+\.(?:js|ts):\d+/);
      const login = await browser.get(consentUrl(app.baseUrl, token));
      const loggedIn = await browser.get(`${new URL(locationOf(login), app.baseUrl).href}&user=ana`);
      const again = await browser.get(new URL(locationOf(loggedIn), app.baseUrl).href);
      const back = await browser.submit(again, { button: 'authorize' });
      expect(locationOf(back)).to.include(`oauth_token=${token}`);
    } finally {
      await app.close();
    }
  });
});

describe('Log content: headers with Authorization and tokens were logged, and answers echoed the token', () => {
  it('neither log nor answer of a refused request holds what the caller sent', async () => {
    const lines: string[] = [];
    const log = (fields: object, message: string): void =>
      void lines.push(message + JSON.stringify(fields, errorsToo));
    const logger = { debug: log, info: log, warn: log, error: log };
    const app = await startKitApp({ options: { logger } });
    try {
      const consumer = await registerConsumer(app, { scopes: [] });
      const access = await grantAccess(app, consumer, 'ana');
      const asked = await Promise.all([
        consumer.call('POST', '/job/demo/build', access),
        consumer.call('POST', '/job/demo/build', { ...access, secret: 'wrong' }),
        consumer.call('POST', '/job/demo/build', { ...access, token: 'unknown-token-of-some-length' }),
      ]);
      expect(asked.map(({ status }) => status)).to.deep.equal([403, 401, 401]);
      const told = asked.map(({ text, headers }) => text + JSON.stringify([...headers])).join('\n');
      for (const secret of [
        access.token,
        access.secret,
        'unknown-token-of-some-length',
        'oauth_signature=',
      ]) {
        expect(told).not.to.include(secret);
        expect(lines.join('\n')).not.to.include(secret);
      }
      expect(lines).to.have.length.greaterThan(2);
    } finally {
      await app.close();
    }
  });
});

describe('Revoke without ownership check: any token value could be posted', () => {
  let app: KitApp;
  let consumer: RegisteredConsumer;
  beforeEach(async () => {
    app = await startKitApp();
    consumer = await registerConsumer(app);
  });
  afterEach(() => app.close());

  it('a token is not addressed by its value, and somebody else’s not at all', async () => {
    const access = await grantAccess(app, consumer, 'rob');
    await grantAccess(app, consumer, 'ana');
    const [robs] = await app.applinks.tokens.list({ userId: 'id-rob' }, { limit: 1, offset: 0 });
    const browser = await browserOf(app.baseUrl, 'ana');
    const page = await browser.get(`${app.baseUrl}/applinks/tokens`);
    const own = page.forms.find(({ action }) => action.endsWith('/revoke'))!;
    for (const stranger of [access.token, robs!.id]) {
      const answer = await browser.post(
        `${app.baseUrl}/applinks/tokens/${stranger}/revoke`,
        Object.fromEntries(own.fields),
      );
      expect(answer.status).to.be.within(400, 404);
    }
    expect((await consumer.call('POST', '/job/demo/build', access)).status).to.equal(403);
  });

  it('JENKINS-66372: a time is shown with its month in the place of the month', async () => {
    await grantAccess(app, consumer, 'ana');
    const [granted] = await app.applinks.tokens.list({ userId: 'id-ana' }, { limit: 1, offset: 0 });
    const page = await (await browserOf(app.baseUrl, 'ana')).get(`${app.baseUrl}/applinks/tokens`);
    const iso = new Date(granted!.createdAtMs).toISOString();
    expect(page.text).to.include(
      `<time datetime="${iso}">${iso.slice(0, 10)} ${iso.slice(11, 16)} UTC</time>`,
    );
  });
});

describe('JENKINS-69288: the form complained of the wrong thing', () => {
  it('each mistake has its own sentence, at its own field', async () => {
    const app = await startKitApp();
    try {
      const create = (changes: object) =>
        fieldsOf(
          app.applinks.links.create({
            name: 'Any',
            credential: { key: 'any', signatureMethod: 'HMAC-SHA1', ...changes },
          }),
        );
      await create({ key: 'taken' });
      const sentences = [];
      for (const [field, wrong] of [
        ['key', { key: ' ' }],
        ['key', { key: 'taken' }],
        ['key', { key: 'k'.repeat(256) }],
        ['secret', { secret: '' }],
        ['callbackUrl', { callbackUrl: 'bitbucket.example.test' }],
        ['scopes', { scopes: ['deploy'] }],
        ['publicKey', { signatureMethod: 'RSA-SHA1', publicKey: 'none' }],
      ] as const) {
        const problems = Object.entries(await create(wrong));
        expect(problems, field).to.have.length(1);
        expect(problems[0]![0].replace(/\.\d+$/, '')).to.equal(`credential.${field}`);
        sentences.push(problems[0]![1].join(' '));
      }
      expect(new Set(sentences).size).to.equal(sentences.length);
      expect(await app.applinks.links.list()).to.have.length(1);
    } finally {
      await app.close();
    }
  });
});

/** The complaints of refused input, by field; none when it was taken. */
async function fieldsOf(refused: Promise<unknown>): Promise<InvalidInput['fields']> {
  try {
    await refused;
    return {};
  } catch (error) {
    if (error instanceof InvalidInput) return error.fields;
    throw error;
  }
}

/** JSON leaves out what errors are made of. */
function errorsToo(_key: string, value: unknown): unknown {
  return value instanceof Error ? inspect(value, { depth: 12 }) : value;
}
