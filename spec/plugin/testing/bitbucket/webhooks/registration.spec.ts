import { expect } from 'chai';
import {
  bodyOf,
  hostedRepository,
  refusalOf,
  tokenFor,
  valuesOf,
  type HostedRepository,
} from '../hosted-repository.js';

describe('C2: registration of webhooks at the stand-in', () => {
  let hosted: HostedRepository;
  let webhooks: string;

  beforeEach(async () => {
    hosted = await hostedRepository();
    webhooks = `${hosted.inRepository}/webhooks`;
  });
  afterEach(() => hosted.stop());

  const wanted = {
    name: '6367c48dd193d56ea7b0baad25b19455e529f5ee',
    events: ['repo:refs_changed', 'pr:opened'],
    url: 'https://ci.example/bitbucket-server-webhook/trigger',
    active: true,
    configuration: { createdBy: 'jenkins' },
  };
  const ask = (method: string, path = '', json?: unknown, user = 'admin') =>
    hosted.rest(method, webhooks + path, { user, json });

  it('POST answers 201 with the hook and its id', async () => {
    const answer = await ask('POST', '', wanted);
    expect(answer.status).to.equal(201);
    expect(bodyOf(answer)).to.deep.include({ id: 1, ...wanted, scopeType: 'repository' });
    expect(bodyOf(await ask('GET', '/1'))).to.deep.equal(bodyOf(answer));
  });

  it('GET lists page by page, several of one name and address included', async () => {
    for (const name of ['a', 'a', 'b']) await ask('POST', '', { ...wanted, name });
    const first = bodyOf(await ask('GET', '?limit=2'));
    expect(first).to.include({ isLastPage: false, nextPageStart: 2 });
    const second = valuesOf(await ask('GET', '?limit=2&start=2'));
    expect(second.map(({ id, name }) => [id, name])).to.deep.equal([[3, 'b']]);
    expect(valuesOf(await ask('GET', '?event=pr:merged'))).to.deep.equal([]);
  });

  it('PUT replaces everything but the id', async () => {
    await ask('POST', '', wanted);
    const changed = { ...wanted, events: ['pr:merged'], active: false };
    const answer = await ask('PUT', '/1', changed);
    expect(answer.status).to.equal(200);
    expect(bodyOf(answer)).to.deep.include({ id: 1, ...changed });
    expect(bodyOf(await ask('GET', '/1'))).to.deep.include(changed);
  });

  it('DELETE answers 204, and 404 the second time', async () => {
    await ask('POST', '', wanted);
    expect((await ask('DELETE', '/1')).status).to.equal(204);
    const exceptionName = 'com.atlassian.bitbucket.webhooks.NoSuchWebhookException';
    for (const method of ['DELETE', 'GET', 'PUT']) {
      const refusal = refusalOf(await ask(method, '/1', method === 'PUT' ? wanted : undefined));
      expect(refusal).to.deep.equal({ status: 404, context: null, exceptionName });
    }
  });

  const wrong: [name: string, change: object, field: string][] = [
    ['no name', { name: ' ' }, 'name'],
    ['a name over 255 characters', { name: 'x'.repeat(256) }, 'name'],
    ['no URL', { url: undefined }, 'url'],
    ['a relative URL', { url: '/trigger' }, 'url'],
    ['a URL that is no address of the web', { url: 'file:///etc/passwd' }, 'url'],
    ['no events', { events: [] }, 'events'],
    ['an unknown event', { events: ['repo:refs_changed', ''] }, 'events'],
    ['events that are no list', { events: 'pr:opened' }, 'events'],
  ];
  for (const [name, change, context] of wrong) {
    it(`400 for ${name}, under the field's name`, async () => {
      const answer = await ask('POST', '', { ...wanted, ...change });
      expect(refusalOf(answer)).to.deep.equal({ status: 400, context, exceptionName: null });
      expect(valuesOf(await ask('GET'))).to.deep.equal([]);
    });
  }

  it('an older version does not know every event', async () => {
    hosted.standIn.capabilities.webhookEvents = ['repo:refs_changed'];
    expect(refusalOf(await ask('POST', '', wanted))).to.include({ status: 400, context: 'events' });
    expect((await ask('POST', '', { ...wanted, events: ['repo:refs_changed'] })).status).to.equal(201);
  });

  it('a name of 255 characters is taken', async () => {
    expect((await ask('POST', '', { ...wanted, name: 'x'.repeat(255) })).status).to.equal(201);
  });

  it('credentials: needs an administrator of the repository, by password or token', async () => {
    expect((await ask('GET', '', undefined, 'ana')).status).to.equal(401);
    expect((await ask('POST', '', wanted, 'ana')).status).to.equal(401);
    expect((await hosted.rest('GET', webhooks)).status).to.equal(401);
    hosted.standIn.repositories.grant(hosted.repository, 'ana', 'REPO_ADMIN');
    expect((await ask('GET', '', undefined, 'ana')).status).to.equal(200);
    const withScope = async (user: string, scope: string) =>
      (await hosted.rest('GET', webhooks, { authorization: `Bearer ${tokenFor(hosted, user, scope)}` }))
        .status;
    expect(await withScope('ana', 'REPO_WRITE')).to.equal(401);
    expect(await withScope('ana', 'REPO_ADMIN')).to.equal(200);
    expect(await withScope('admin', 'PROJECT_ADMIN')).to.equal(200);
    expect(await withScope('ben', 'PROJECT_ADMIN')).to.equal(401);
  });

  describe('secret', () => {
    const secret = 'hook-secret';
    const withSecret = { ...wanted, configuration: { createdBy: 'us', secret } };

    it('is kept and not shown, unless an older version is wanted', async () => {
      expect(bodyOf(await ask('POST', '', withSecret)).configuration).to.deep.equal({ createdBy: 'us' });
      expect(hosted.standIn.webhooks.list()[0]!.configuration.secret).to.equal(secret);
      expect(JSON.stringify(hosted.standIn.received)).not.to.include(secret);
      hosted.standIn.webhooks.switches.showsSecrets = true;
      expect(bodyOf(await ask('GET', '/1')).configuration).to.deep.equal({ createdBy: 'us', secret });
    });

    it('stays when a change does not mention it, and goes when it is emptied', async () => {
      await ask('POST', '', withSecret);
      await ask('PUT', '/1', wanted);
      expect(hosted.standIn.webhooks.list()[0]!.configuration.secret).to.equal(secret);
      await ask('PUT', '/1', { ...wanted, configuration: { secret: '' } });
      const sent = await hosted.standIn.webhooks.ping(1);
      expect(sent.headers).not.to.have.property('X-Hub-Signature');
    });
  });

  it("the test of a connection sends a ping, signed with the hook's secret, and tells the answer", async () => {
    const { url } = hosted.receiver;
    await ask('POST', '', { ...wanted, url, configuration: { secret: 'hook-secret' } });
    const answer = bodyOf(await ask('POST', '/test?webhookId=1'));
    expect(answer.response).to.deep.equal({ statusCode: 200, body: 'heard' });
    const [ping] = hosted.receiver.received;
    expect(ping!.body).to.equal('{"test":true}');
    expect(ping!.headers).to.include({
      'x-event-key': 'diagnostics:ping',
      // The vector of jenkins-integration.md C3.
      'x-hub-signature': 'sha256=c0df468ca05ce61733b10303c3f4006bf39c2eb398d46f5b537a012d1a0378ba',
    });
    await ask('POST', `/test?url=${encodeURIComponent(url)}`);
    expect(hosted.receiver.received[1]!.headers).not.to.have.property('x-hub-signature');
    const latest = bodyOf(await ask('GET', '/1/latest'));
    expect(latest).to.include({ event: 'diagnostics:ping' });
  });
});
