import { expect } from 'chai';
import { generateKeyPairSync } from 'node:crypto';
import { enterLink } from '../../../../../plugin/testing/index.js';
import { threeLeggedProvider } from '../../../../../plugin/testing/bitbucket/oauth-urls.js';
import { manual } from '../linked-pair.js';
import {
  authPackage,
  consumerInfoPath,
  consumerInfoXml,
  createLink,
  pkcs1Base64,
  publicKeyBase64,
  remotePair,
  xml,
  type RemotePair,
} from './scripted-remote.js';

const level = (enabled: boolean, twoLoEnabled = enabled, twoLoImpersonationEnabled = false) => ({
  enabled,
  twoLoEnabled,
  twoLoImpersonationEnabled,
});
const both = (one: object) => ({ incoming: one, outgoing: one });

describe('c10: OAuth of a link, set over REST', () => {
  let pair: RemotePair;
  let id: string;
  beforeEach(async () => {
    pair = await remotePair();
    id = await createLink(pair);
  });
  afterEach(() => pair.stop());

  const consumerUrl = (linkId = id): string =>
    `/rest/applinks-oauth/1.0/applicationlink/${linkId}/authentication/consumer`;
  const putConsumer = (json: object, query = '', linkId = id) =>
    pair.rest('PUT', consumerUrl(linkId) + query, { json });
  const putStatus = (json: object, as = 'admin') =>
    pair.rest('PUT', `/rest/applinks/3.0/status/${id}/oauth`, { json, as });
  const getStatus = async (): Promise<unknown> =>
    (await pair.rest('GET', `/rest/applinks/3.0/status/${id}/oauth`, { as: '' })).body;
  const stored = () => pair.standIn.consumers.get('ci:4711');
  const incoming = { key: 'ci:4711', name: 'Our CI', publicKey: publicKeyBase64 };

  describe('PUT consumer', () => {
    it('fetches the other side’s consumer-info with autoConfigure, and stores it with the flags', async () => {
      const flags = { twoLOAllowed: true, executingTwoLOUser: 'ana', twoLOImpersonationAllowed: true };
      expect((await putConsumer(flags, '?autoConfigure=true')).status).to.equal(201);
      expect(stored()).to.deep.equal({
        ...incoming,
        ...{ threeLegged: true, twoLegged: true, impersonation: true, executingUser: 'ana', linkId: id },
      });
      expect(pair.remote.to(consumerInfoPath)[0]?.headers).to.deep.include({ accept: 'application/xml' });
      expect(pair.remote.to(consumerInfoPath)[0]?.headers.authorization).to.equal(undefined);
    });

    it('takes absent flags for false, and fetches a new key every time', async () => {
      await putConsumer({ twoLOAllowed: true }, '?autoConfigure=true');
      const { publicKey } = generateKeyPairSync('rsa', { modulusLength: 1024 });
      const next = publicKey.export({ type: 'spki', format: 'der' }).toString('base64');
      pair.remote.replies[consumerInfoPath] = xml(consumerInfoXml('ci:4711', next));
      await putConsumer({}, '?autoConfigure=true');
      expect(stored()).to.deep.include({ publicKey: next, twoLegged: false, executingUser: undefined });
    });

    it('answers 500 when the consumer-info cannot be used, and keeps what was there', async () => {
      await putConsumer(incoming);
      for (const reply of [{ status: 404 }, xml('<consumer/>'), xml(consumerInfoXml('k', pkcs1Base64))]) {
        pair.remote.replies[consumerInfoPath] = reply;
        expect((await putConsumer({}, '?autoConfigure=true')).status).to.equal(500);
      }
      expect(stored()?.publicKey).to.equal(publicKeyBase64);
    });

    it('stores an incoming consumer of a generic link and IGNORES its 2LO flags', async () => {
      const { status } = await putConsumer({
        ...incoming,
        twoLOAllowed: true,
        twoLOImpersonationAllowed: true,
      });
      expect(status).to.equal(201);
      expect(stored()).to.deep.include({ ...incoming, twoLegged: false, impersonation: false });
    });

    it('keeps the flags on a link of another type', async () => {
      const other = await createLink(pair, {
        name: 'Bamboo',
        typeId: 'bamboo',
        rpcUrl: 'https://bamboo.example',
      });
      await putConsumer({ ...incoming, twoLOAllowed: true }, '', other);
      expect(stored()).to.deep.include({ twoLegged: true, linkId: other });
    });

    it('answers 400 without key or public key, to a bad key, and 500 without a name', async () => {
      expect((await putConsumer({ ...incoming, key: '' })).status).to.equal(400);
      expect((await putConsumer({ ...incoming, publicKey: undefined })).status).to.equal(400);
      expect((await putConsumer({ ...incoming, publicKey: pkcs1Base64 })).status).to.equal(400);
      expect((await putConsumer({ ...incoming, name: undefined })).status).to.equal(500);
      expect(pair.standIn.consumers.size).to.equal(0);
    });

    it('lists both directions, and the secret never', async () => {
      await putConsumer({ ...incoming });
      await putConsumer({ key: 'out', name: 'Out', sharedSecret: 'hush', outgoing: true });
      const { body, text } = await pair.rest('GET', consumerUrl());
      expect(text).not.to.include('hush');
      expect(body).to.have.property('consumers').that.has.length(2);
      expect(body).to.have.nested.property('consumers[0].signatureMethod', 'RSA_SHA1');
    });

    it('overwrites the consumer of another link that has the same key', async () => {
      await putConsumer(incoming);
      const other = await createLink(pair, { name: 'Other', rpcUrl: 'https://other.example' });
      await putConsumer({ ...incoming, name: 'Stolen' }, '', other);
      expect(stored()?.name).to.equal('Stolen');
      await pair.standIn.linking.deleteLink(other);
      expect(pair.standIn.linking.levels(id).incoming.enabled).to.equal(false);
    });
  });

  describe('PUT provider', () => {
    const put = (provider: string, config: object, as = 'admin') =>
      pair.rest('PUT', `/rest/applinks/2.0/applicationlink/${id}/authentication/provider`, {
        ...{ json: { provider, config }, as },
      });

    it('replaces a manual configuration by an empty one', async () => {
      await pair.standIn.linking.deleteLink(id);
      id = (
        await enterLink(
          pair.standIn.url,
          { name: 'admin', password: 'sysadmin' },
          {
            ...{ name: 'Our CI', url: pair.remote.url, manual },
          },
        )
      ).id;
      expect((await put(threeLeggedProvider, {})).status).to.equal(201);
      expect(pair.standIn.link(id)?.providers.get(threeLeggedProvider)).to.deep.equal({});
    });

    it('lets only a system administrator switch impersonation on', async () => {
      const name = `${authPackage}TwoLeggedOAuthWithImpersonationAuthenticationProvider`;
      expect((await put(name, {}, 'boss')).status).to.equal(400);
      expect((await put(name, {})).status).to.equal(201);
    });

    it('shows in GET authentication of both modules', async () => {
      await put(threeLeggedProvider, {});
      await putConsumer(incoming);
      for (const module of ['applinks/2.0', 'applinks-oauth/latest']) {
        const { body } = await pair.rest('GET', `/rest/${module}/applicationlink/${id}/authentication`);
        expect(body).to.have.nested.property('configuredAuthProviders[0].provider', threeLeggedProvider);
        expect(body).to.have.nested.property('consumers[0].key', 'ci:4711');
      }
    });
  });

  describe('PUT status', () => {
    it('sets both levels and fetches the consumer-info', async () => {
      expect((await putStatus(both(level(true)))).status).to.equal(204);
      expect(await getStatus()).to.deep.equal(both(level(true)));
      expect(pair.asked()).to.deep.equal([`GET ${consumerInfoPath}`]);
    });

    it('keeps key and public key of a consumer and gives it new flags', async () => {
      await putConsumer(incoming);
      await putStatus(both(level(true)));
      expect(pair.asked()).to.deep.equal([]);
      expect(stored()).to.deep.include({ publicKey: publicKeyBase64, twoLegged: true });
    });

    it('wipes a manual configuration: the link signs with the host key from then on', async () => {
      await pair.standIn.linking.deleteLink(id);
      id = (
        await enterLink(
          pair.standIn.url,
          { name: 'admin', password: 'sysadmin' },
          {
            ...{ name: 'Our CI', url: pair.remote.url, manual },
          },
        )
      ).id;
      await putStatus(both(level(true)));
      expect([...(pair.standIn.link(id)?.providers ?? [])].map(([, config]) => config)).to.deep.equal([
        {},
        {},
      ]);
    });

    it('drops consumer, tokens issued and tokens stored when a direction is switched off', async () => {
      await putStatus(both(level(true)));
      const token = { kind: 'access', token: 't', secret: 's', sessionHandle: undefined } as const;
      pair.standIn.setToken(id, 'ana', token);
      await putStatus(both(level(false)));
      expect(stored()).to.equal(undefined);
      expect(pair.standIn.token(id, 'ana')).to.equal(undefined);
      expect(await getStatus()).to.deep.equal(both(level(false)));
    });

    it('takes 3LO alone, lets "not enabled" win, and 2LO follow from impersonation', async () => {
      await putStatus({ incoming: level(true, false), outgoing: { ...level(false), twoLoEnabled: true } });
      expect(await getStatus()).to.deep.equal({ incoming: level(true, false), outgoing: level(false) });
      await putStatus(both(level(true, false, true)));
      expect(await getStatus()).to.deep.equal(both(level(true, true, true)));
    });

    it('answers 409 when incoming is wanted and there is no consumer-info, and changes nothing', async () => {
      pair.remote.replies[consumerInfoPath] = { status: 503 };
      const { status, body } = await putStatus(both(level(true)));
      expect(status).to.equal(409);
      expect(body).to.have.nested.property('errors[0].summary').that.includes('503');
      expect(await getStatus()).to.deep.equal(both(level(false)));
    });

    it('answers 400 without both directions or with anything but booleans', async () => {
      for (const json of [
        {},
        { incoming: level(true) },
        both({ enabled: 'yes' }),
        both({ enabled: true, twoLoEnabled: 1 }),
      ]) {
        expect((await putStatus(json)).status).to.equal(400);
      }
    });

    it('wants a system administrator for impersonation', async () => {
      expect((await putStatus(both(level(true, true, true)), 'boss')).status).to.equal(403);
      expect((await putStatus(both(level(true)), 'boss')).status).to.equal(204);
    });

    it('is read by anybody; 404 for an unknown id, 400 for a malformed one', async () => {
      const read = async (of: string): Promise<number> =>
        (await pair.rest('GET', `/rest/applinks/3.0/status/${of}/oauth`, { as: '' })).status;
      expect([await read(id), await read(pair.standIn.serverId), await read('x')]).to.deep.equal([
        200, 404, 400,
      ]);
    });
  });

  describe('servlets', () => {
    const conf = '/plugins/servlet/applinks/auth/conf/oauth';
    const noCheck = { 'X-Atlassian-Token': 'no-check' };

    it('autoconfig fetches the consumer without 2LO and switches 3LO and 2LO on', async () => {
      const { status } = await pair.rest('PUT', `${conf}/autoconfig/${id}`, { headers: noCheck });
      expect(status).to.equal(200);
      expect(await getStatus()).to.deep.equal({ incoming: level(true, false), outgoing: level(true) });
    });

    it('autoconfig answers 500 to whatever goes wrong', async () => {
      pair.remote.replies[consumerInfoPath] = { status: 404 };
      expect((await pair.rest('PUT', `${conf}/autoconfig/${id}`, { headers: noCheck })).status).to.equal(500);
      const unknown = `${conf}/autoconfig/${pair.standIn.serverId}`;
      for (const method of ['PUT', 'DELETE']) {
        expect((await pair.rest(method, unknown, { headers: noCheck })).status).to.equal(500);
      }
    });

    it('DELETE autoconfig switches both directions off', async () => {
      await putStatus(both(level(true)));
      const { status } = await pair.rest('DELETE', `${conf}/autoconfig/${id}`, { headers: noCheck });
      expect(status).to.equal(200);
      expect(await getStatus()).to.deep.equal(both(level(false)));
    });

    it('add-consumer-by-url switches incoming on and off by a top-level GET', async () => {
      const admin = await pair.standIn.as('admin');
      const url = `${pair.standIn.url}${conf}/add-consumer-by-url/${id}/INBOUND?uiposition=local&hostUrl=x`;
      await admin.get(`${url}&oauth-incoming-enabled=true&success=true`);
      expect(stored()?.linkId).to.equal(id);
      await admin.get(`${url}&oauth-incoming-enabled=false&success=true`);
      expect(stored()).to.equal(undefined);
      const failed = await admin.get(`${url}&oauth-incoming-enabled=true&success=false&message=%3Cno%3E`);
      expect(failed.text).to.include('&lt;no&gt;');
      expect(stored()).to.equal(undefined);
      expect((await admin.get(url.replace(id, pair.standIn.serverId))).status).to.equal(404);
    });

    describe('outbound/apl and apl-2lo', () => {
      const visit = async (path: string, query: Record<string, string>, as = 'admin'): Promise<string> => {
        const browser = await pair.standIn.as(as);
        pair.remote.replies['/back'] = {};
        const asked = `${pair.standIn.url}${conf}/outbound/${path}?${new URLSearchParams(query).toString()}`;
        const { url, status } = await browser.get(asked);
        return status === 200 ? url : String(status);
      };
      const callback = (): string => `${pair.remote.url}/back?x=1`;

      it('switch outgoing 3LO, then 2LO, and come back with the result', async () => {
        const first = await visit(`apl/${id}`, { callback: callback(), 'enable-oauth': 'true' });
        expect(first).to.match(/\/back\?x=1&success=true&message=/);
        expect(pair.standIn.linking.levels(id).outgoing).to.deep.equal(level(true, false));
        const second = await visit(`apl-2lo/${id}`, { callback: callback(), 'enable-outgoing-2lo': 'true' });
        expect(second).to.equal(`${callback()}&outgoing_2lo_success=true`);
        expect(pair.standIn.linking.levels(id).outgoing).to.deep.equal(level(true));
        await visit(`apl/${id}`, { callback: callback(), 'enable-oauth': 'false' });
        expect(pair.standIn.linking.levels(id).outgoing).to.deep.equal(level(false));
      });

      it('report success for a link that is not there', async () => {
        const unknown = pair.standIn.serverId;
        const first = await visit(`apl/${unknown}`, { callback: callback(), 'enable-oauth': 'true' });
        expect(first).to.include('success=true');
        const second = await visit(`apl-2lo/${unknown}`, { callback: callback() });
        expect(second).to.include('outgoing_2lo_success=true');
      });

      it('report failure for 2LO without 3LO, and for impersonation without a system administrator', async () => {
        const query = { callback: callback(), 'enable-outgoing-2loi': 'true' };
        expect(await visit(`apl-2lo/${id}`, query)).to.include('outgoing_2lo_success=false');
        expect(await visit(`apl-2lo/${id}`, query, 'boss')).to.include('outgoing_2lo_success=false');
      });

      for (const target of ['https://evil.example/', '//evil.example/', 'javascript:alert(1)', '']) {
        it(`refuse the callback "${target}"`, async () => {
          const query = { callback: target, 'enable-oauth': 'true' };
          expect(await visit(`apl/${id}`, query)).to.equal('400');
        });
      }
    });
  });
});
