import { expect } from 'chai';
import { linkIdFromUrl } from '../../../../../plugin/testing/bitbucket/link-id.js';
import { TestClock } from '../../../../support/clock.js';
import type { LinkStatus } from '../../../../../plugin/testing/index.js';
import type { Reply } from '../scripted-provider.js';
import {
  authPackage,
  createLink,
  json,
  manifestPath,
  manifestXml,
  remotePair,
  xml,
  type RemotePair,
} from './scripted-remote.js';

const off = { enabled: false, twoLoEnabled: false, twoLoImpersonationEnabled: false };
const on = { enabled: true, twoLoEnabled: true, twoLoImpersonationEnabled: false };
const threeLeggedOnly = { ...on, twoLoEnabled: false };
const both = (one: typeof on) => ({ incoming: one, outgoing: one });
const capabilities = '/rest/applinks/latest/capabilities';
const latest = '/rest/applinks/latest/manifest';

describe('c11: status of a link', () => {
  let pair: RemotePair;
  let clock: TestClock;
  let id: string;
  let remoteStatus: string;

  const manifest = (fields: Record<string, string> = {}): Reply =>
    xml(manifestXml(pair.remote.url, { typeId: 'bamboo', ...fields }));

  beforeEach(async () => {
    clock = new TestClock();
    pair = await remotePair({ clock: clock.now });
    remoteStatus = `/rest/applinks/3.0/status/${pair.standIn.serverId}/oauth`;
    Object.assign(pair.remote.replies, {
      [manifestPath]: manifest(),
      [capabilities]: json(['STATUS_API', 'MIGRATION_API']),
      [remoteStatus]: json(both(on)),
      [latest]: json({}),
    });
    id = await createLink(pair, { typeId: 'bamboo' });
    await pair.standIn.linking.setLevels(id, both(on));
    pair.remote.received.length = 0;
  });
  afterEach(() => pair.stop());

  const status = (): Promise<LinkStatus> => pair.standIn.linking.status(id);
  const errorType = async (): Promise<string | undefined> => (await status()).error?.type;

  it('of a generic link is GENERIC_LINK, and nobody is asked', async () => {
    await pair.standIn.linking.deleteLink(id);
    id = await createLink(pair);
    const { status: code, body } = await pair.rest('GET', `/rest/applinks/3.0/status/${id}`);
    expect(code).to.equal(200);
    expect(body).to.deep.include({
      link: { id, name: 'Our CI', displayUrl: pair.remote.url, rpcUrl: pair.remote.url, type: 'generic' },
      working: false,
      localAuthentication: both(off),
      error: { category: 'NON_ATLASSIAN', type: 'GENERIC_LINK', details: '' },
    });
    expect(pair.asked()).to.deep.equal([]);
  });

  it('of a built-in type works when versions, levels and a signed round trip are right', async () => {
    expect(await status()).to.deep.include({ working: true, remoteAuthentication: both(on) });
    expect(pair.asked()).to.deep.equal([
      `GET ${manifestPath}`,
      `GET ${capabilities}`,
      `GET ${remoteStatus}`,
      `GET ${latest}`,
    ]);
    const [, , levels, roundTrip] = pair.remote.received;
    expect(levels?.headers.authorization, 'the levels are read anonymously').to.equal(undefined);
    expect(roundTrip?.headers.authorization).to.include('oauth_token=""');
  });

  it('asks again under the id of the stand-in’s URL when its own is not known', async () => {
    pair.remote.replies[remoteStatus] = { status: 404 };
    const byUrl = `/rest/applinks/3.0/status/${linkIdFromUrl(pair.standIn.url)}/oauth`;
    pair.remote.replies[byUrl] = json(both(on));
    expect((await status()).working).to.equal(true);
    pair.remote.replies[byUrl] = { status: 404 };
    expect(await errorType()).to.equal('NO_REMOTE_APPLINK');
  });

  const first: [string, () => void, string][] = [
    [
      'a version below 4.0.13',
      () => set(manifestPath, manifest({ applinksVersion: '4.0.12' })),
      'REMOTE_VERSION_INCOMPATIBLE',
    ],
    ['no version', () => set(manifestPath, manifest({ version: '' })), 'UNEXPECTED_RESPONSE'],
    [
      'no version of application links',
      () => set(manifestPath, manifest({ applinksVersion: '' })),
      'UNEXPECTED_RESPONSE',
    ],
    ['no manifest', () => set(manifestPath, { status: 404 }), 'UNEXPECTED_RESPONSE'],
    ['capabilities that are no array', () => set(capabilities, json({})), 'UNEXPECTED_RESPONSE'],
    ['capabilities that fail', () => set(capabilities, { status: 502 }), 'UNEXPECTED_RESPONSE_STATUS'],
    ['a server error', () => set(remoteStatus, { status: 500 }), 'UNEXPECTED_RESPONSE_STATUS'],
    ['levels that are none', () => set(remoteStatus, json({ incoming: on })), 'UNEXPECTED_RESPONSE'],
    [
      '3LO alone',
      () => set(remoteStatus, json({ incoming: on, outgoing: threeLeggedOnly })),
      'AUTH_LEVEL_UNSUPPORTED',
    ],
    ['other levels', () => set(remoteStatus, json({ incoming: on, outgoing: off })), 'AUTH_LEVEL_MISMATCH'],
    [
      '2LO switched off remotely',
      () => set(latest, { status: 401, headers: { 'WWW-Authenticate': 'OAuth realm="x"' } }),
      'AUTH_LEVEL_UNSUPPORTED',
    ],
    [
      'another 401',
      () => set(latest, { status: 401, body: 'x', headers: { 'WWW-Authenticate': 'OAuth realm="x"' } }),
      'UNEXPECTED_RESPONSE_STATUS',
    ],
    ['a clock that is off', () => set(latest, problem('timestamp_refused')), 'OAUTH_TIMESTAMP_REFUSED'],
    ['a key that does not fit', () => set(latest, problem('signature_invalid')), 'OAUTH_SIGNATURE_INVALID'],
    ['another problem', () => set(latest, problem('nonce_used')), 'OAUTH_PROBLEM'],
  ];
  const set = (path: string, reply: Reply): void => void (pair.remote.replies[path] = reply);
  const problem = (code: string): Reply => ({
    status: 401,
    headers: { 'WWW-Authenticate': `OAuth realm="x", oauth_problem="${code}"` },
  });
  for (const [name, arrange, expected] of first) {
    it(`${name}: ${expected}`, async () => {
      arrange();
      expect(await errorType()).to.equal(expected);
    });
  }

  it('names the unexpected status', async () => {
    set(remoteStatus, { status: 502 });
    expect((await status()).error?.details).to.equal('502: Bad Gateway');
  });

  for (const legacy of ['BasicAuthenticationProvider', 'TrustedAppsAuthenticationProvider']) {
    it(`tells of ${legacy} beside OAuth or instead of it, after the levels`, async () => {
      pair.standIn.link(id)!.providers.set(authPackage + legacy, {});
      expect(await errorType()).to.equal('MANUAL_LEGACY_REMOVAL');
      await pair.standIn.linking.setLevels(id, both(off));
      expect(await errorType()).to.equal('AUTH_LEVEL_MISMATCH');
      set(remoteStatus, json(both(off)));
      expect(await errorType()).to.equal('MANUAL_LEGACY_UPDATE');
    });
  }

  it('is DISABLED when both sides are off', async () => {
    await pair.standIn.linking.setLevels(id, both(off));
    set(remoteStatus, json(both(off)));
    expect(await errorType()).to.equal('DISABLED');
  });

  it('is CONNECTION_REFUSED when nobody listens, and UNKNOWN_HOST without an address', async () => {
    await pair.remote.stop();
    expect(await errorType()).to.equal('CONNECTION_REFUSED');
    await pair.rest('PUT', `/rest/applinks/3.0/applinks/${id}`, {
      json: { rpcUrl: 'http://no-such-host.invalid' },
    });
    expect(await errorType()).to.equal('UNKNOWN_HOST');
  });

  it('keeps the capabilities for an hour, and longer while the version stays', async () => {
    await status();
    await status();
    expect(pair.remote.to(manifestPath)).to.have.length(1);
    clock.advance(61 * 60 * 1000);
    await status();
    expect(pair.remote.to(manifestPath)).to.have.length(2);
    expect(pair.remote.to(capabilities)).to.have.length(1);
    clock.advance(61 * 60 * 1000);
    set(manifestPath, manifest({ applinksVersion: '5.4.1' }));
    await status();
    expect(pair.remote.to(capabilities)).to.have.length(2);
  });

  describe('without the status API', () => {
    let older: string;
    const answer = (levels = on) =>
      json({
        consumers: levels.enabled ? [{ key: 'k', twoLOAllowed: levels.twoLoEnabled }] : [],
        configuredAuthProviders: ['OAuthAuthenticationProvider', 'TwoLeggedOAuthAuthenticationProvider'].map(
          (name) => ({ provider: authPackage + name }),
        ),
      });
    beforeEach(() => {
      older = `/rest/applinks-oauth/latest/applicationlink/${pair.standIn.serverId}/authentication`;
      set(capabilities, { status: 404 });
      set(older, answer());
      const token = { kind: 'access', token: 't', secret: 's', sessionHandle: undefined } as const;
      pair.standIn.setToken(id, 'admin', token);
    });

    it('reads the levels in the administrator’s name', async () => {
      expect((await status()).working).to.equal(true);
      expect(pair.remote.to(older)[0]?.headers.authorization).to.include('oauth_token="t"');
    });

    it('asks the older resource of a 4.x', async () => {
      set(manifestPath, manifest({ applinksVersion: '4.3.0' }));
      set(`/rest/applinks/2.0/applicationlink/${pair.standIn.serverId}/authentication`, answer());
      expect((await status()).working).to.equal(true);
      expect(pair.remote.to(older)).to.deep.equal([]);
    });

    it('wants a token of this administrator, and says where to get one', async () => {
      const { error } = await pair.standIn.linking.status(id, 'boss');
      expect([error?.category, error?.type]).to.deep.equal(['ACCESS_ERROR', 'LOCAL_AUTH_TOKEN_REQUIRED']);
      expect(error?.authorisationUri).to.include(`/login-dance/authorize?applicationLinkID=${id}`);
    });

    it('lets the error of a round trip win over a missing token', async () => {
      set(latest, problem('signature_invalid'));
      expect((await pair.standIn.linking.status(id, 'boss')).error?.type).to.equal('OAUTH_SIGNATURE_INVALID');
    });

    const refusals: [string, () => Reply, string][] = [
      ['a token that is rejected', () => problem('token_rejected'), 'REMOTE_AUTH_TOKEN_REQUIRED'],
      ['no permission', () => ({ status: 403 }), 'INSUFFICIENT_REMOTE_PERMISSION'],
      ['no link there', () => ({ status: 404 }), 'NO_REMOTE_APPLINK'],
      ['a wrong signature', () => problem('signature_invalid'), 'OAUTH_SIGNATURE_INVALID'],
      ['a server error', () => ({ status: 500 }), 'UNEXPECTED_RESPONSE_STATUS'],
      ['a page instead', () => ({ body: '<html>' }), 'UNEXPECTED_RESPONSE'],
      ['no consumer there', () => answer(off), 'AUTH_LEVEL_MISMATCH'],
    ];
    for (const [name, reply, expected] of refusals) {
      it(`${name}: ${expected}`, async () => {
        set(older, reply());
        expect(await errorType()).to.equal(expected);
      });
    }

    it('is NO_OUTGOING_AUTH when nothing can be signed', async () => {
      await pair.standIn.linking.setLevels(id, { incoming: on, outgoing: off });
      expect(await errorType()).to.equal('NO_OUTGOING_AUTH');
    });
  });

  it('is shown to a person, with the way to authorise', async () => {
    const admin = await pair.standIn.as('admin');
    const list = await admin.get(`${pair.standIn.url}/plugins/servlet/applinks/listApplicationLinks`);
    expect(list.text).to.include('two-way');
    const test = `${pair.standIn.url}/plugins/servlet/applinks/testLink?applicationLinkID=`;
    expect((await admin.get(test + id)).textOf('status')).to.equal('WORKING');
    set(remoteStatus, { status: 502 });
    expect((await admin.get(test + id)).textOf('details')).to.equal('502: Bad Gateway');
    expect((await admin.get(test)).status).to.equal(404);
  });
});
