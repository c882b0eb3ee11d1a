/** Rows of jenkins-integration.md C3 (and its KIT lines) over real HTTP. */
import { createHmac, randomUUID } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { expect } from 'chai';
import express from 'express';
import type { WebhookEnvelope } from 'express-applinks/bitbucket';
import {
  pullRequest,
  refsChanged,
  repository,
  sendWebhook,
  startBitbucketCi,
  type BitbucketCi,
  type Sent,
} from '../../support/bitbucket-ci.js';
import { rememberSecret } from '../../support/secrets.js';

const secretOfLink = rememberSecret('the secret that an administrator typed', 'webhook secret');
const all = { limit: 100, offset: 0 };

describe('Webhook reception (C3)', () => {
  let ci: BitbucketCi;
  let url: string;
  let secret: string;
  let heard: string[];

  const start = async (...options: Parameters<typeof startBitbucketCi>): Promise<void> => {
    ci = await startBitbucketCi(...options);
    await ci.bitbucket.webhooks.register({ linkId: ci.link.id, ...repository }, { refs: true }, [
      ci.credential,
    ]);
    const [hook] = ci.peer.hooks;
    url = hook!.url;
    secret = hook!.configuration.secret as string;
    heard = [];
    ci.heard.length = 0;
    ci.bitbucket.onAny((_, { eventKey }) => heard.push(eventKey));
  };
  const send = (body: string | object = refsChanged(), sent: Sent = {}) =>
    sendWebhook(url, body, { event: 'repo:refs_changed', secret, ...sent });
  const problem = (answer: Awaited<ReturnType<typeof sendWebhook>>): unknown => [
    answer.status,
    (answer.body.error as { code: string } | undefined)?.code,
  ];
  const stored = () => ci.app.store.deliveries.list({}, all);
  afterEach(() => ci.close());

  describe('with its defaults', () => {
    beforeEach(() => start());

    it('known event: 200 at once, stored, and acted on by the background work', async () => {
      expect(await send()).to.deep.equal({
        status: 200,
        body: { event: 'repo:refs_changed', repeated: false },
      });
      expect(heard).to.deep.equal([]);
      await ci.app.applinks.tick();
      expect(heard).to.deep.equal(['repo:refs_changed']);
      const [delivery] = await stored();
      expect(ci.heard).to.deep.equal([
        {
          ...{ name: 'webhook.received', linkId: ci.link.id, webhookId: url.split('/').at(-1) },
          ...{ deliveryId: delivery!.id, eventKey: 'repo:refs_changed', isRepeated: false },
        },
      ]);
    });

    it('event key compared case-insensitively; content type absent or with a charset: accepted', async () => {
      expect((await send(refsChanged(), { event: 'Repo:Refs_Changed' })).status).to.equal(200);
      const utf8 = { 'content-type': 'application/json; charset=utf-8' };
      expect((await send(refsChanged(), { headers: utf8 })).status).to.equal(200);
      const text = JSON.stringify(refsChanged());
      const headers = {
        'x-event-key': 'repo:refs_changed',
        'x-hub-signature': `sha256=${createHmac('sha256', secret).update(text).digest('hex')}`,
      };
      const bare = await fetch(url, { method: 'POST', body: new TextEncoder().encode(text), headers });
      expect(bare.status).to.equal(200);
      await ci.app.applinks.tick();
      expect(heard).to.deep.equal(Array(3).fill('repo:refs_changed'));
    });

    it('content type other than JSON: 415', async () => {
      const headers = { 'content-type': 'application/jsonp' };
      expect(problem(await send(refsChanged(), { headers }))).to.deep.equal([415, 'unsupported_media_type']);
    });

    it('compressed: 415, because a small body can unpack to a large one', async () => {
      const answer = await fetch(url, {
        method: 'POST',
        body: gzipSync('{}'),
        headers: { 'content-type': 'application/json', 'content-encoding': 'gzip' },
      });
      expect(answer.status).to.equal(415);
    });

    for (const [what, sent] of [
      ['missing', { secret: undefined }],
      ['by another secret', { secret: 'another secret' }],
      ['malformed', { headers: { 'x-hub-signature': 'sha1=00' } }],
      ['empty', { headers: { 'x-hub-signature': '' } }],
    ] as const) {
      it(`signature ${what}: 401 before anything is parsed`, async () => {
        const answer = await sendWebhook(url, 'no JSON', {
          ...{ event: 'repo:refs_changed', secret },
          ...(sent as Sent),
        });
        expect(problem(answer)).to.deep.equal([401, 'webhook_rejected']);
        expect(await stored()).to.deep.equal([]);
        const reason = what === 'missing' ? 'the signature is missing' : 'the signature is wrong';
        expect(ci.heard[0]).to.deep.include({ name: 'webhook.rejected', status: 401, reason });
      });
    }

    it('signed body that was changed on its way: 401', async () => {
      const text = JSON.stringify(refsChanged());
      const signature = `sha256=${createHmac('sha256', secret).update(text).digest('hex')}`;
      const headers = { 'x-hub-signature': signature };
      const answer = await sendWebhook(url, `${text} `, { event: 'repo:refs_changed', headers });
      expect(answer.status).to.equal(401);
    });

    it('unknown hook: 401, and no other answer than for a wrong signature', async () => {
      const other = url.replace(/[^/]+$/, randomUUID());
      const unknown = await sendWebhook(other, refsChanged(), { event: 'repo:refs_changed', secret });
      expect(unknown).to.deep.equal(await send(refsChanged(), { secret: 'wrong' }));
      expect((await sendWebhook(other, {}, { event: 'diagnostics:ping' })).status).to.equal(401);
    });

    it('hook of a link that is gone: 401', async () => {
      await ci.app.store.links.remove(ci.link.id);
      expect((await send()).status).to.equal(401);
    });

    it('X-Event-Key missing or empty: 400', async () => {
      for (const event of [undefined, ''])
        expect(
          problem(
            await sendWebhook(url, refsChanged(), event === undefined ? { secret } : { secret, event }),
          ),
        ).to.deep.equal([400, 'invalid_input']);
    });

    it('X-Event-Key malformed, or another than the body names: 400, since only the body is signed', async () => {
      for (const event of ['a b', '<x>', 'x'.repeat(200), 'pr:opened', 'repo:forked'])
        expect((await send(refsChanged(), { event })).status, event).to.equal(400);
    });

    it('X-Request-Id malformed: 400; absent: the body names the delivery', async () => {
      expect((await send(refsChanged(), { id: 'a b' })).status).to.equal(400);
      expect((await send(refsChanged(), { id: 'x'.repeat(201) })).status).to.equal(400);
      expect((await send(refsChanged(), { id: '' })).body.repeated).to.equal(false);
      expect((await send(refsChanged(), { id: '' })).body.repeated).to.equal(true);
    });

    for (const body of ['', 'no JSON', '[]', 'null', '"text"', '{"eventKey":"repo:refs_changed"'])
      it(`body not JSON, or no object (${body || 'empty'}): 400`, async () => {
        expect(problem(await send(body))).to.deep.equal([400, 'invalid_input']);
      });

    for (const field of ['eventKey', 'date', 'changes', 'repository']) {
      it(`required field ${field} missing: 400 that names it`, async () => {
        const { [field as 'date']: gone, ...rest } = refsChanged();
        expect(gone).to.not.equal(undefined);
        const answer = await send(rest);
        expect(answer.status).to.equal(400);
        expect(JSON.stringify(answer.body)).to.include(field);
        expect(ci.heard[0]).to.deep.include({ name: 'webhook.rejected', status: 400 });
      });
    }

    it('fields of the wrong kind: 400', async () => {
      const wrong = refsChanged('widget', 'not a commit');
      expect((await send(wrong)).status).to.equal(400);
      expect((await send({ ...refsChanged(), repository: 'widget' })).status).to.equal(400);
    });

    it('larger than the cap: 413', async () => {
      const padded = { ...refsChanged(), padding: 'x'.repeat(6 * 1024 * 1024) };
      expect(problem(await send(padded))).to.deep.equal([413, 'payload_too_large']);
      expect((await send({ ...refsChanged(), padding: 'x'.repeat(3 * 1024 * 1024) })).status).to.equal(200);
    });

    it('well-formed unknown event: 200, and reaches the catch-all with all its fields', async () => {
      const seen: WebhookEnvelope[] = [];
      ci.bitbucket.onAny((payload) => seen.push(payload));
      const body = { eventKey: 'project:modified', date: '2025-03-04T10:11:12+0000', new: { name: 'ü' } };
      expect((await send(body, { event: 'project:modified' })).status).to.equal(200);
      await ci.app.applinks.tick();
      expect(seen).to.deep.equal([body]);
    });

    it('diagnostics:ping, signed: 200, body not parsed, nothing stored', async () => {
      const answer = await send('no JSON', { event: 'diagnostics:ping' });
      expect(answer).to.deep.equal({ status: 200, body: { event: 'diagnostics:ping', signed: true } });
      expect(ci.heard).to.deep.equal([
        { name: 'webhook.pinged', webhookId: url.split('/').at(-1), isSigned: true },
      ]);
      expect(await stored()).to.deep.equal([]);
    });

    it('diagnostics:ping, unsigned: 200, and reported as unsigned', async () => {
      const answer = await sendWebhook(url, { test: true }, { event: 'diagnostics:ping' });
      expect(answer).to.deep.equal({ status: 200, body: { event: 'diagnostics:ping', signed: false } });
      expect(ci.heard).to.deep.include({
        ...{ name: 'webhook.pinged', webhookId: url.split('/').at(-1), isSigned: false },
      });
    });

    it('diagnostics:ping, wrongly signed: 401', async () => {
      const answer = await send({ test: true }, { event: 'diagnostics:ping', secret: 'wrong' });
      expect(answer.status).to.equal(401);
    });

    it('other methods: 404', async () => {
      expect((await fetch(url)).status).to.equal(404);
    });

    it('a secret that was rotated counts for a day, the new one at once', async () => {
      const target = { linkId: ci.link.id, ...repository };
      await ci.bitbucket.webhooks.rotateSecret(target, [ci.credential]);
      const next = ci.peer.hooks[0]!.configuration.secret as string;
      expect(next).to.not.equal(secret);
      expect((await send()).status).to.equal(200);
      expect((await send(refsChanged(), { secret: next })).status).to.equal(200);
      ci.clock.advance(24 * 60 * 60_000 + 1);
      expect((await send()).status).to.equal(401);
      expect((await send(refsChanged(), { secret: next })).status).to.equal(200);
    });

    describe('at the plain address, as Jenkins’s', () => {
      beforeEach(() => {
        url = url.replace(/\/[^/]+$/, '');
      });

      it('no secret configured: 401, a ping included', async () => {
        expect((await send(refsChanged(), { secret: secretOfLink })).status).to.equal(401);
        expect((await sendWebhook(url, {}, { event: 'diagnostics:ping' })).status).to.equal(401);
      });

      it('signed by a secret of the link: 200, with or without a slash at the end', async () => {
        await ci.bitbucket.webhooks.acceptPlain(ci.link.id, ['another', secretOfLink]);
        const { status } = await send(refsChanged(), { secret: secretOfLink });
        expect(status).to.equal(200);
        url += '/';
        expect((await send(refsChanged(), { secret: secretOfLink })).status).to.equal(200);
        expect((await send(refsChanged(), { secret })).status).to.equal(401);
        expect((await stored()).map(({ linkId }) => linkId)).to.deep.equal([ci.link.id, ci.link.id]);
      });

      it('its own id is no address, and without secrets it is closed again', async () => {
        await ci.bitbucket.webhooks.acceptPlain(ci.link.id, [secretOfLink]);
        const [plain] = await ci.app.store.webhooks.listPlain();
        const byId = await sendWebhook(`${url}/${plain!.id}`, refsChanged(), {
          ...{ event: 'repo:refs_changed', secret: secretOfLink },
        });
        expect(byId.status).to.equal(401);
        await ci.bitbucket.webhooks.acceptPlain(ci.link.id, []);
        expect((await send(refsChanged(), { secret: secretOfLink })).status).to.equal(401);
      });
    });

    const known = ['pr:opened', 'pr:from_ref_updated', 'pr:merged', 'pr:declined', 'pr:deleted'] as const;
    for (const event of known) {
      it(`${event}: typed, unknown fields kept; refused without pullRequest`, async () => {
        const seen: unknown[] = [];
        ci.bitbucket.on(event, ({ pullRequest: { id, toRef }, ...rest }) =>
          seen.push([id, toRef.repository.slug, rest.previousFromHash]),
        );
        const body = pullRequest(event, { previousFromHash: '4'.repeat(40) });
        expect((await send(body, { event })).status).to.equal(200);
        await ci.app.applinks.tick();
        expect(seen).to.deep.equal([[41, 'widget', '4'.repeat(40)]]);
        const { eventKey, date } = body;
        expect((await send({ eventKey, date }, { event })).status).to.equal(400);
      });
    }

    it('mirror:repo_synchronized: like refs changed, with its mirror and without an actor', async () => {
      const seen: unknown[] = [];
      ci.bitbucket.on('mirror:repo_synchronized', ({ mirrorServer, syncType }) =>
        seen.push([mirrorServer.name, syncType]),
      );
      const event = 'mirror:repo_synchronized';
      const { actor, ...body } = { ...refsChanged(), eventKey: event, syncType: 'INCREMENTAL' };
      expect(actor.name).to.equal('ana');
      expect((await send(body, { event })).status).to.equal(400);
      expect((await send({ ...body, mirrorServer: { id: 'A', name: 'mirror' } }, { event })).status).to.equal(
        200,
      );
      await ci.app.applinks.tick();
      expect(seen).to.deep.equal([['mirror', 'INCREMENTAL']]);
    });

    it('older servers leave out links and actor; a repository without an address has null among its links', async () => {
      const { repository, actor, ...rest } = refsChanged();
      expect([repository.slug, actor.name]).to.deep.equal(['widget', 'ana']);
      const bare = { slug: 'widget', project: { key: 'SHOP' } };
      expect((await send({ ...rest, repository: bare })).status).to.equal(200);
      expect((await send({ ...rest, repository: { ...bare, links: { self: [null] } } })).status).to.equal(
        200,
      );
    });
  });

  it('unsigned, with allowInsecureUnsignedWebhooks: 200; wrongly signed still 401', async () => {
    await start({ allowInsecureUnsignedWebhooks: true });
    const unsigned = await sendWebhook(url, refsChanged(), { event: 'repo:refs_changed' });
    expect(unsigned.status).to.equal(200);
    expect((await send(refsChanged(), { secret: 'wrong' })).status).to.equal(401);
  });

  it('behind a body parser: a 500 that names keepRawBody', async () => {
    await start({}, { first: express.json() });
    const answer = await send();
    expect(problem(answer)).to.deep.equal([500, 'raw_body_unavailable']);
    expect(JSON.stringify(answer.body)).to.include('verify: applinks.keepRawBody');
  });

  it('behind a body parser with keepRawBody: 200', async () => {
    const late: { keep?: BitbucketCi['app']['applinks']['keepRawBody'] } = {};
    await start({}, { first: express.json({ verify: (req, res, body) => late.keep?.(req, res, body) }) });
    late.keep = ci.app.applinks.keepRawBody;
    expect((await send()).status).to.equal(200);
  });

  for (const [name, kit] of [
    ['below a path, on Express 4', { mount: 'path', express: 4 }],
    ['behind a proxy that strips the path', { mount: 'stripped' }],
  ] as const) {
    it(`is served ${name}`, async () => {
      await start({}, kit);
      expect(url).to.include('/ci/bitbucket-server-webhook/trigger/');
      expect((await send()).status).to.equal(200);
    });
  }
});
