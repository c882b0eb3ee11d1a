import { expect } from 'chai';
import { readXml, childTexts } from '../../../../../plugin/testing/bitbucket/linking/xml-reader.js';
import type { PasswordLink, PasswordLinkResult } from '../../../../../plugin/testing/index.js';
import type { Reply } from '../scripted-provider.js';
import {
  authPackage,
  consumerInfoPath,
  json,
  manifestPath,
  manifestXml,
  remoteId,
  remotePair,
  xml,
  type RemotePair,
} from './scripted-remote.js';

const off = { enabled: false, twoLoEnabled: false, twoLoImpersonationEnabled: false };
const on = { enabled: true, twoLoEnabled: true, twoLoImpersonationEnabled: false };
const info = '/rest/applinks/1.0/authenticationinfo';
const account = { username: 'ci-admin', password: 'pass word' };

describe('c4: both halves by password', () => {
  let pair: RemotePair;
  let way: string;
  let reciprocal: string;
  let consumer: string;
  let provider: string;

  beforeEach(async () => {
    pair = await remotePair();
    const { serverId, url } = pair.standIn;
    way = `${info}/id/${serverId}/url/${url}`;
    reciprocal = `/rest/applinks/1.0/applicationlink/${serverId}`;
    consumer = `/rest/applinks-oauth/latest/applicationlink/${serverId}/authentication/consumer`;
    provider = `/rest/applinks/2.0/applicationlink/${serverId}/authentication/provider`;
    Object.assign(pair.remote.replies, {
      [info]: {},
      [way]: {},
      [reciprocal]: { status: 201 },
      [consumer]: { status: 201 },
      [provider]: { status: 201 },
    });
  });
  afterEach(() => pair.stop());

  const create = (wanted: Partial<PasswordLink> = {}): Promise<PasswordLinkResult> =>
    pair.standIn.linking.createLinkByPassword({ url: pair.remote.url, ...account, ...wanted });
  const lastTo = (path: string) => pair.remote.to(path).at(-1);

  it('makes the calls in order', async () => {
    await create();
    expect(pair.asked()).to.deep.equal([
      `GET ${info}`,
      `GET ${way}`,
      `GET ${info}`,
      `PUT ${reciprocal}`,
      `GET ${manifestPath}`,
      `PUT ${consumer}`,
      `PUT ${provider}`,
      `PUT ${provider}`,
      `GET ${consumerInfoPath}`,
    ]);
  });

  it('ends with a complete link under the id of the manifest', async () => {
    const { failure, linkId, autoConfigurationSuccessful, levels } = await create();
    expect([failure, linkId, autoConfigurationSuccessful]).to.deep.equal([undefined, remoteId, true]);
    expect(levels).to.deep.equal({ incoming: on, outgoing: on });
    expect(pair.standIn.consumers.get('ci:4711')).to.deep.include({
      linkId,
      twoLegged: true,
      impersonation: false,
    });
    expect(pair.standIn.link(remoteId)?.providers.size).to.equal(2);
  });

  it('authenticates by Basic where it changes something, and not where it only reads', async () => {
    await create();
    const basic = `Basic ${Buffer.from('ci-admin:pass word').toString('base64')}`;
    for (const { path, headers } of pair.remote.received) {
      const isAnonymous = path === manifestPath || path === consumerInfoPath;
      expect(headers.authorization, path).to.equal(isAnonymous ? undefined : basic);
    }
  });

  it('describes itself in XML by default', async () => {
    await create({ ownRpcUrl: 'http://way-back.example', checksFirst: false });
    const sent = lastTo(reciprocal);
    const patience = pair.standIn.exchanges.find(({ request }) => request.url.endsWith(reciprocal));
    expect(patience?.request.timeoutMs).to.equal(60_000);
    expect(sent?.headers['content-type']).to.equal('application/xml');
    const root = readXml(sent?.body ?? '');
    expect(root?.name).to.equal('applicationLink');
    const read = (name: string): string | undefined => childTexts(root!, name)[0];
    const { serverId, url } = pair.standIn;
    expect(['id', 'typeId', 'name', 'rpcUrl', 'displayUrl', 'isPrimary', 'isSystem'].map(read)).to.deep.equal(
      [...[serverId, 'stash', 'Bitbucket', 'http://way-back.example', url, 'false', 'false']],
    );
  });

  it('describes itself in JSON when that is switched on', async () => {
    pair.standIn.linking.switches.entityFormat = 'json';
    await create();
    const sent = lastTo(reciprocal);
    expect(sent?.headers['content-type']).to.equal('application/json');
    const entity = JSON.parse(sent?.body ?? '') as object;
    expect(entity).to.deep.include({ id: pair.standIn.serverId, typeId: 'stash', isPrimary: false });
  });

  it('asks the remote whether it can reach the stand-in under its id', async () => {
    await create();
    expect(lastTo(way)?.query.get('url')).to.equal(pair.standIn.url);
  });

  it('sends the levels as JSON with no-check', async () => {
    await create();
    const sent = lastTo(consumer);
    expect(sent?.query.get('autoConfigure')).to.equal('true');
    expect(JSON.parse(sent?.body ?? '')).to.deep.equal({
      twoLOAllowed: true,
      twoLOImpersonationAllowed: false,
    });
    expect(sent?.headers).to.deep.include({
      'x-atlassian-token': 'no-check',
      'content-type': 'application/json',
      accept: 'application/json',
    });
    expect(pair.remote.to(provider).map(({ body }) => JSON.parse(body) as unknown)).to.deep.equal(
      ['OAuthAuthenticationProvider', 'TwoLeggedOAuthAuthenticationProvider'].map((name) => ({
        provider: authPackage + name,
        config: {},
      })),
    );
  });

  it('adds impersonation when the users are shared', async () => {
    await create({ sharesUsers: true });
    expect(JSON.parse(lastTo(consumer)?.body ?? '')).to.deep.include({ twoLOImpersonationAllowed: true });
    expect(pair.remote.to(provider)).to.have.length(3);
  });

  it('configures nothing without trust', async () => {
    const { linkId, autoConfigurationSuccessful, levels } = await create({ trustsEachOther: false });
    expect([linkId, autoConfigurationSuccessful]).to.deep.equal([remoteId, true]);
    expect(levels).to.deep.equal({ incoming: off, outgoing: off });
    expect(pair.asked().at(-1)).to.equal(`GET ${manifestPath}`);
  });

  it('configures nothing remotely below version 4, and uses the older resource for 4.x', async () => {
    pair.remote.replies[manifestPath] = xml(manifestXml(pair.remote.url, { applinksVersion: '3.9.9' }));
    await create();
    expect(pair.asked()).not.to.include(`PUT ${consumer}`);
    await pair.standIn.linking.deleteLink(remoteId);
    const older = `/rest/applinks/2.0/applicationlink/${pair.standIn.serverId}/authentication/consumer`;
    pair.remote.replies[older] = { status: 201 };
    pair.remote.replies[manifestPath] = xml(manifestXml(pair.remote.url, { applinksVersion: '4.3' }));
    expect((await create()).autoConfigurationSuccessful).to.equal(true);
    expect(pair.asked()).to.include(`PUT ${older}`).and.not.include(`PUT ${consumer}`);
  });

  it('stores a link under the id of the URL when the manifest is of another type', async () => {
    const { linkId } = await create({ typeId: 'bamboo', trustsEachOther: false });
    expect(linkId).not.to.equal(remoteId);
    expect(pair.standIn.link(linkId ?? '')?.typeId).to.equal('bamboo');
  });

  it('sets both levels by one call at a built-in type that has the status API', async () => {
    pair.remote.replies[manifestPath] = xml(manifestXml(pair.remote.url, { typeId: 'bamboo' }));
    pair.remote.replies['/rest/applinks/latest/capabilities'] = json(['STATUS_API', 'NEW_API']);
    const status = `/rest/applinks/3.0/status/${pair.standIn.serverId}/oauth`;
    pair.remote.replies[status] = { status: 204 };
    expect((await create({ typeId: 'bamboo' })).autoConfigurationSuccessful).to.equal(true);
    expect(JSON.parse(lastTo(status)?.body ?? '')).to.deep.equal({ incoming: on, outgoing: on });
    expect(pair.asked()).not.to.include(`PUT ${consumer}`);
  });

  it('follows a redirect of a configuring call with its credentials', async () => {
    pair.remote.replies[consumer] = { status: 307, headers: { Location: '/moved' } };
    pair.remote.replies['/moved'] = { status: 201 };
    expect((await create()).autoConfigurationSuccessful).to.equal(true);
    expect(lastTo('/moved')).to.deep.include({ method: 'PUT' });
    expect(lastTo('/moved')?.headers.authorization).to.match(/^Basic /);
  });

  describe('aborted', () => {
    const early: [string, () => string, Reply, number, string][] = [
      ['no administrator', () => info, { status: 401 }, 400, 'administrator'],
      ['no way back', () => way, { status: 404 }, 400, 'cannot reach us'],
      [
        'a refusal in XML',
        () => reciprocal,
        xml('<error status="400"><message>No.</message></error>', 400),
        400,
        'No.',
      ],
      ['a refusal in JSON', () => reciprocal, json({ status: 409, message: ['Never.'] }, 409), 400, 'Never.'],
      [
        'a refusal that cannot be read',
        () => reciprocal,
        { status: 403, body: 'no' },
        500,
        'could not create',
      ],
      [
        'a login page instead',
        () => reciprocal,
        { status: 302, headers: { Location: '/login' } },
        500,
        'could not create',
      ],
    ];
    for (const [name, path, reply, status, says] of early) {
      it(`by ${name}: stores nothing`, async () => {
        pair.remote.replies[path()] = reply;
        const { failure, linkId, levels } = await create();
        expect(failure?.status).to.equal(status);
        expect(failure?.messages.join()).to.include(says);
        expect([linkId, levels]).to.deep.equal([undefined, { incoming: off, outgoing: off }]);
        expect(pair.standIn.links()).to.deep.equal([]);
        expect(pair.asked()).not.to.include(`GET ${manifestPath}`);
      });
    }

    it('by silence: stores nothing', async () => {
      await pair.remote.stop();
      const { failure } = await create();
      expect(failure?.status).to.equal(500);
      expect(pair.standIn.links()).to.deep.equal([]);
    });

    const late: [string, () => string, Reply, string][] = [
      ['the consumer', () => consumer, { status: 500 }, 'consumer'],
      ['a provider', () => provider, { status: 400 }, 'provider'],
      ['the consumer-info', () => consumerInfoPath, { status: 404 }, '404'],
      ['the type of the consumer-info', () => consumerInfoPath, json({ key: 'x' }), 'application/xml'],
    ];
    for (const [name, path, reply, says] of late) {
      it(`by ${name}: keeps the link without authentication`, async () => {
        pair.remote.replies[path()] = reply;
        const { failure, linkId, autoConfigurationSuccessful, problem, levels } = await create();
        expect([failure, linkId, autoConfigurationSuccessful]).to.deep.equal([undefined, remoteId, false]);
        expect(problem).to.include(says);
        expect(levels).to.deep.equal({ incoming: off, outgoing: off });
      });
    }
  });

  describe('over REST', () => {
    const form = '/rest/applinks/1.0/applicationlinkForm';
    const body = (change: object = {}) => ({
      applicationLink: { name: 'Our CI', typeId: 'generic', rpcUrl: pair.remote.url },
      ...{ createTwoWayLink: true, ...account },
      configFormValues: { trustEachOther: true, shareUserbase: false },
      ...change,
    });
    const post = (change: object = {}, as = 'admin') =>
      pair.rest('POST', `${form}/createAppLink`, { json: body(change), as });

    it('answers the link and whether authentication worked', async () => {
      const { status, body: answer } = await post();
      expect(status).to.equal(200);
      expect(answer).to.have.property('autoConfigurationSuccessful', true);
      expect(answer).to.have.nested.property('applicationLink.id', remoteId);
    });

    it('registers another way back when that is asked for', async () => {
      await post({ customRpcURL: true, rpcUrl: 'http://way-back.example' });
      expect(lastTo(reciprocal)?.body).to.include('<rpcUrl>http://way-back.example</rpcUrl>');
    });

    const faulty: Record<string, [object, string]> = {
      'no name': [{ applicationLink: { typeId: 'generic', rpcUrl: 'http://x' } }, 'name'],
      'no type': [{ applicationLink: { name: 'x', rpcUrl: 'http://x' } }, 'typeId'],
      'no URL': [{ applicationLink: { name: 'x', typeId: 'generic' } }, 'rpcUrl'],
      'an unknown type': [{ applicationLink: { name: 'x', typeId: 'x', rpcUrl: 'http://x' } }, 'rpcUrl'],
      'no password': [{ password: undefined }, 'username'],
    };
    for (const [name, [change, field]] of Object.entries(faulty)) {
      it(`answers 400 to ${name} and asks nobody`, async () => {
        const answer = await post(change);
        expect(answer.status).to.equal(400);
        expect(answer.body).to.deep.include({ fields: [field] });
        expect(pair.asked()).to.deep.equal([]);
      });
    }

    it('lets only a system administrator share the users', async () => {
      const configFormValues = { trustEachOther: true, shareUserbase: true };
      expect((await post({ configFormValues }, 'boss')).body).to.deep.include({ fields: ['shareUserbase'] });
      expect((await post({ configFormValues })).status).to.equal(200);
    });

    it('makes a one-way link without asking for a password', async () => {
      const { status } = await post({ createTwoWayLink: false, username: undefined, password: undefined });
      expect(status).to.equal(200);
      expect(pair.asked()).to.deep.equal([`GET ${manifestPath}`]);
    });

    it('checks the details beforehand', async () => {
      const details = { ...account, remoteUrl: pair.remote.url };
      expect((await pair.rest('POST', `${form}/details`, { json: details })).status).to.equal(200);
      expect(pair.asked()).to.deep.equal([`GET ${info}`, `GET ${way}`]);
      pair.remote.replies[way] = { status: 404 };
      expect((await pair.rest('POST', `${form}/details`, { json: details })).status).to.equal(400);
      expect((await pair.rest('POST', `${form}/details`, { json: account })).status).to.equal(400);
    });
  });
});
