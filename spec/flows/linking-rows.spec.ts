/** What a peer expects of us while linking, row by row of applinks-oauth1.md 11a, on both versions of Express. */
import { createPublicKey } from 'node:crypto';
import { expect } from 'chai';
import { basic, browserOf, locationOf } from '../support/consent.js';
import type { KitAppOptions } from '../support/kit-app.js';
import { passwordOf } from '../support/kit-host.js';
import { linkByRedirect, startPair, type Pair } from '../support/linked-peer.js';
import { send, type Answer } from '../support/test-consumer.js';
import { urlDerivedId } from '../../plugin/server-id.js';

const classes = 'com.atlassian.applinks.api.auth.types.';
const variants: KitAppOptions[] = [
  { mount: 'root' },
  { mount: 'path' },
  { mount: 'stripped' },
  { mount: 'path', express: 4 },
];

for (const options of variants) {
  describe(`Rows of 11a, mounted at ${options.mount!}, Express ${options.express ?? 5}`, () => {
    let pair: Pair;
    const ask = (method: string, path: string, headers: Record<string, string> = {}, body?: unknown) =>
      send(pair.app.baseUrl + path, {
        method,
        headers: {
          'x-atlassian-token': 'no-check',
          ...(body === undefined || typeof body === 'string' ? {} : { 'content-type': 'application/json' }),
          ...headers,
        },
        ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
      });
    const admin = () => basic('admin', passwordOf('admin'));
    const peerId = () => pair.bitbucket.serverId;
    const entity = (changes: object = {}) => ({
      id: peerId(),
      typeId: 'stash',
      name: 'Bitbucket',
      rpcUrl: pair.bitbucket.url,
      displayUrl: pair.bitbucket.url,
      isPrimary: false,
      ...changes,
    });
    const put = (changes: object = {}, headers = admin()) =>
      ask('PUT', `/rest/applinks/1.0/applicationlink/${peerId()}`, headers, entity(changes));
    const json = (answer: Answer): Record<string, unknown> =>
      JSON.parse(answer.text) as Record<string, unknown>;
    const messages = (answer: Answer): string => JSON.stringify(json(answer).message);

    beforeEach(async () => {
      pair = await startPair(options);
    });
    afterEach(() => pair.close());

    it('a8: adopts the link to this address that was typed by hand, with its consumers', async () => {
      const typed = await pair.app.applinks.links.create({
        name: 'Our Bitbucket',
        type: 'generic',
        displayUrl: `${pair.bitbucket.url}/`,
        credential: { key: 'typed-key', signatureMethod: 'HMAC-SHA1' },
      });
      expect((await put()).status).to.equal(201);
      const [link, ...others] = await pair.app.applinks.links.list();
      expect(others).to.deep.equal([]);
      expect(link).to.deep.include({
        ...{ id: typed.link.id, name: 'Our Bitbucket', type: 'stash', primary: true },
        ...{ applicationId: peerId(), rpcUrl: pair.bitbucket.url, incoming: typed.link.incoming },
      });
    });

    it('a8: adopts no link to another address because a peer says that this is its own', async () => {
      await pair.app.applinks.links.create({
        name: 'Real',
        type: 'stash',
        displayUrl: 'https://real.example',
      });
      expect((await put({ displayUrl: 'https://real.example' })).status).to.equal(201);
      expect((await pair.app.applinks.links.list()).map(({ name }) => name)).to.deep.equal([
        'Real',
        'Bitbucket',
      ]);
    });

    it('a1, a2: the manifest in XML and JSON, at every version, without a redirect', async () => {
      const xml = await ask('GET', '/rest/applinks/1.0/manifest');
      expect(xml.status).to.equal(200);
      expect(xml.headers.get('content-type')).to.equal('application/xml; charset=utf-8');
      expect(xml.headers.get('cache-control')).to.equal('no-cache');
      expect([...xml.text.matchAll(/<(\w+)>/g)].map(([, name]) => name)).to.deep.equal([
        ...['manifest', 'id', 'name', 'typeId', 'version', 'buildNumber', 'applinksVersion'],
        ...['inboundAuthenticationTypes', 'inboundAuthenticationTypes'],
        ...['outboundAuthenticationTypes', 'outboundAuthenticationTypes'],
        ...['publicSignup', 'url'],
      ]);
      expect(xml.text).to.include('<typeId>generic</typeId>').and.include(`<url>${pair.app.baseUrl}</url>`);
      for (const accept of ['application/xml', '*/*']) {
        const same = await ask('GET', '/rest/applinks/1.0/manifest', { accept });
        expect(same.text).to.equal(xml.text);
      }
      const asJson = await ask('GET', '/rest/applinks/1.0/manifest', { accept: 'application/json' });
      expect(json(asJson)).to.deep.include({
        id: urlDerivedId(pair.app.baseUrl),
        typeId: 'generic',
        url: pair.app.baseUrl,
        publicSignup: false,
        inboundAuthenticationTypes: [
          `${classes}OAuthAuthenticationProvider`,
          `${classes}TwoLeggedOAuthAuthenticationProvider`,
        ],
      });
      for (const version of ['1.0', '2.0', '3.0', 'latest']) {
        const other = await ask('GET', `/rest/applinks/${version}/manifest.json`);
        expect(json(other)).to.deep.equal(json(asJson));
      }
    });

    it('a3: any origin may read the manifest, and is told nothing that depends on a cookie', async () => {
      const origin = 'https://bb.example.test';
      const path = '/rest/applinks/3.0/manifest.json';
      const preflight = await ask('OPTIONS', path, { origin, 'access-control-request-method': 'GET' });
      expect(preflight.status).to.equal(204);
      expect(preflight.headers.get('access-control-allow-origin')).to.equal(origin);
      expect(preflight.headers.get('access-control-allow-headers')).to.equal('Content-Type');
      expect(preflight.headers.get('access-control-allow-methods')).to.equal('GET');
      const answer = await ask('GET', path, { origin });
      expect(answer.headers.get('access-control-allow-origin')).to.equal(origin);
      expect(answer.headers.get('set-cookie')).to.equal(null);
      const browser = await browserOf(pair.app.baseUrl, 'admin');
      expect((await browser.get(pair.app.baseUrl + path)).text).to.equal(answer.text);
    });

    it('a4: consumer info in XML, with a key of 2048 bits that stays', async () => {
      const answer = await ask('GET', '/plugins/servlet/oauth/consumer-info');
      expect(answer.status).to.equal(200);
      expect(answer.headers.get('content-type')).to.match(/^application\/xml/);
      const spki = /<publicKey>([^<]+)<\/publicKey>/.exec(answer.text)![1]!;
      const key = createPublicKey({ key: Buffer.from(spki, 'base64'), format: 'der', type: 'spki' });
      expect(key.asymmetricKeyDetails?.modulusLength).to.be.at.least(2048);
      expect(/<key>([^<]+)<\/key>/.exec(answer.text)![1]).to.match(/^sample-ci:\d{10}$/);
      expect((await ask('GET', '/plugins/servlet/oauth/consumer-info')).text).to.equal(answer.text);
    });

    it('a5: the base URL answers anybody', async () => {
      expect((await ask('GET', '/')).status).to.equal(200);
    });

    it('a6: who is an administrator here, by Basic', async () => {
      const path = '/rest/applinks/1.0/authenticationinfo';
      const statuses = [];
      for (const headers of [admin(), basic('ana', passwordOf('ana')), basic('admin', 'no-such-pw'), {}])
        statuses.push((await ask('GET', path, headers)).status);
      expect(statuses).to.deep.equal([200, 401, 401, 401]);
    });

    it('a15, a16: serves the peer’s dance and all three kinds of signed requests', async () => {
      const id = await linkByRedirect(pair);
      const browser = await pair.bitbucket.as('ben');
      await browser.get(`${pair.app.baseUrl}/login?user=ana`);
      await browser.submit(await browser.get(pair.bitbucket.danceUrl(id)), { button: 'authorize' });
      const threeLegged = await pair.bitbucket.call(id, 'ben', 'GET', '/whois');
      expect(JSON.parse(threeLegged.body)).to.include({ user: 'ana' });
      const twoLegged = await pair.bitbucket.linking.callAsApplication(id, 'GET', '/whois');
      expect(JSON.parse(twoLegged.body)).to.include({ user: null });
      const named = await pair.bitbucket.linking.callAsApplication(id, 'GET', '/whois', { requestor: 'ana' });
      expect([named.status, named.body, named.problem]).to.deep.equal([401, '', undefined]);
    });

    it('a17: lands the peer’s administrator, and goes back to its list', async () => {
      const { redirectUrl } = await pair.bitbucket.linking.createOwnHalf(pair.app.baseUrl);
      const browser = await browserOf(pair.app.baseUrl, 'admin');
      const back = await browser.submit(await browser.get(redirectUrl));
      expect(locationOf(back)).to.equal(
        `${pair.bitbucket.url}/plugins/servlet/applinks/listApplicationLinks`,
      );
    });

    it('a6 and the rest: an administrator’s cookie authenticates nothing here', async () => {
      const browser = await browserOf(pair.app.baseUrl, 'admin');
      const cookie = browser.cookies.header(new URL(pair.app.baseUrl));
      expect(cookie).to.include('test_session');
      const fresh: [string, string, unknown?][] = [
        ['GET', '/rest/applinks/1.0/authenticationinfo'],
        [
          'GET',
          `/rest/applinks/1.0/authenticationinfo/id/${peerId()}/url/x?url=${encodeURIComponent(pair.bitbucket.url)}`,
        ],
        ['PUT', `/rest/applinks/1.0/applicationlink/${peerId()}`, entity()],
        ['DELETE', `/rest/applinks/1.0/applicationlink/${peerId()}`],
      ];
      const { received } = pair.bitbucket;
      for (const [method, path, body] of fresh)
        expect((await ask(method, path, { cookie }, body)).status, `${method} ${path}`).to.equal(401);
      expect(await pair.app.applinks.links.list()).to.deep.equal([]);
      expect(received).to.deep.equal([]);

      await linkByRedirect(pair);
      const before = await pair.app.applinks.links.list();
      const authentication = `applicationlink/${peerId()}/authentication`;
      const flags = { twoLOAllowed: true, twoLOImpersonationAllowed: true };
      const off = { enabled: false, twoLoEnabled: false, twoLoImpersonationEnabled: false };
      const provider = { provider: `${classes}OAuthAuthenticationProvider`, config: {} };
      const linked: typeof fresh = [
        ...fresh,
        ['PUT', `/rest/applinks-oauth/latest/${authentication}/consumer?autoConfigure=true`, flags],
        ['PUT', `/rest/applinks/2.0/${authentication}/consumer?autoConfigure=true`, flags],
        ['PUT', `/rest/applinks/2.0/${authentication}/provider`, provider],
        ['GET', `/rest/applinks/2.0/${authentication}/provider`],
        ['GET', `/rest/applinks-oauth/latest/${authentication}`],
        ['GET', `/rest/applinks-oauth/latest/${authentication}/consumer`],
        ['PUT', `/rest/applinks/3.0/status/${peerId()}/oauth`, { incoming: off, outgoing: off }],
        ['PUT', `/plugins/servlet/applinks/auth/conf/oauth/autoconfig/${peerId()}`],
        ['DELETE', `/plugins/servlet/applinks/auth/conf/oauth/autoconfig/${peerId()}`],
      ];
      for (const [method, path, body] of linked)
        expect((await ask(method, path, { cookie }, body)).status, `${method} ${path}`).to.equal(401);
      expect(await pair.app.applinks.links.list()).to.deep.equal(before);
      const probe = `/rest/applinks/1.0/permission/delete-application/${peerId()}`;
      expect(json(await ask('GET', probe, { cookie })).code).to.equal('NO_AUTHENTICATION');
    });

    it('a7: whether we reach the peer under its address, for administrators only', async () => {
      const path = (id: string) =>
        `/rest/applinks/1.0/authenticationinfo/id/${id}/url/x?url=${encodeURIComponent(pair.bitbucket.url)}`;
      expect((await ask('GET', path(peerId()), admin())).status).to.equal(200);
      expect((await ask('GET', path('680a4e42-d268-36bc-9728-7b01427756c2'), admin())).status).to.equal(404);
      expect((await ask('GET', path(peerId()))).status).to.equal(401);
      const inPath = `/rest/applinks/1.0/authenticationinfo/id/${peerId()}/url/${encodeURIComponent(pair.bitbucket.url)}`;
      expect((await ask('GET', inPath, admin())).status).to.equal(200);
    });

    it('a8: a peer registers itself: new 201, again 200, moved 400, itself 409, others 401', async () => {
      const created = await put();
      expect(created.status, created.text).to.equal(201);
      expect((await put({ name: 'Bitbucket West' })).status).to.equal(200);
      const [link] = await pair.app.applinks.links.list();
      expect(link).to.include({ applicationId: peerId(), name: 'Bitbucket West', type: 'stash' });
      const moved = await put({ rpcUrl: 'https://elsewhere.example.test' });
      expect([moved.status, messages(moved)]).to.deep.equal([
        400,
        `["Bitbucket West is linked with another address (${pair.bitbucket.url}). Relocate the link to change it."]`,
      ]);
      expect((await put({}, basic('ana', passwordOf('ana')))).status).to.equal(401);
      const own = urlDerivedId(pair.app.baseUrl);
      const self = await ask(
        'PUT',
        `/rest/applinks/1.0/applicationlink/${own}`,
        admin(),
        entity({ id: own }),
      );
      expect(self.status).to.equal(409);
      const unknownType = await put({ typeId: 'teapot' });
      expect(unknownType.status).to.equal(400);
    });

    it('a8: the same in XML, refusals too', async () => {
      const xml = (name: string) =>
        `<applicationLink><id>${peerId()}</id><typeId>stash</typeId><name>${name}</name>` +
        `<rpcUrl>${pair.bitbucket.url}/</rpcUrl><isPrimary>false</isPrimary></applicationLink>`;
      const headers = { ...admin(), 'content-type': 'application/xml', accept: 'application/xml' };
      const path = `/rest/applinks/1.0/applicationlink/${peerId()}`;
      expect((await ask('PUT', path, headers, xml('A &amp; B'))).status).to.equal(201);
      expect((await pair.app.applinks.links.list())[0]).to.include({
        name: 'A & B',
        displayUrl: pair.bitbucket.url,
      });
      const refused = await ask('PUT', path, headers, xml(''));
      expect(refused.headers.get('content-type')).to.match(/^application\/xml/);
      expect(refused.text).to.include('<error status="400"><message>name is required.</message>');
      const entities = `<!DOCTYPE x [<!ENTITY a "b">]>${xml('&a;')}`;
      expect((await ask('PUT', path, headers, entities)).status).to.equal(400);
    });

    it('a8: another installation under that address is refused', async () => {
      const other = '680a4e42-d268-36bc-9728-7b01427756c2';
      const answer = await ask(
        'PUT',
        `/rest/applinks/1.0/applicationlink/${other}`,
        admin(),
        entity({ id: other }),
      );
      expect([answer.status, messages(answer)]).to.deep.equal([
        400,
        `["${pair.bitbucket.url} is another installation: its id is ${peerId()}."]`,
      ]);
    });

    for (const module of ['applinks-oauth/latest', 'applinks-oauth/1.0', 'applinks/2.0']) {
      it(`a9, a10: below ${module}: we fetch the peer’s key and store its consumer`, async () => {
        const path = (id: string) =>
          `/rest/${module}/applicationlink/${id}/authentication/consumer?autoConfigure=true`;
        const flags = { twoLOAllowed: true, twoLOImpersonationAllowed: false };
        expect((await ask('PUT', path(peerId()), admin(), flags)).status).to.equal(404);
        await put();
        expect((await ask('PUT', path(peerId()), {}, flags)).status).to.equal(401);
        const stored = await ask('PUT', path(peerId()), admin(), flags);
        expect(stored.status, stored.text).to.equal(201);
        const [link] = await pair.app.applinks.links.list();
        expect(link!.incoming[0]).to.include({ kind: 'oauth1-rsa', key: pair.bitbucket.host.consumerKey });
        expect(link!.levels).to.include({ threeLegged: true, twoLegged: true, impersonation: false });
        await pair.bitbucket.stop();
        expect((await ask('PUT', path(peerId()), admin(), flags)).status).to.equal(500);
        await pair.bitbucket.start();
      });
    }

    it('a9: impersonation needs our own option too', async () => {
      await put();
      const path = `/rest/applinks-oauth/latest/applicationlink/${peerId()}/authentication/consumer?autoConfigure=true`;
      await ask('PUT', path, admin(), { twoLOAllowed: true, twoLOImpersonationAllowed: true });
      expect((await pair.app.applinks.links.list())[0]!.levels.impersonation).to.equal(false);
    });

    it('a11: outgoing authentication class by class', async () => {
      await put();
      const path = `/rest/applinks/2.0/applicationlink/${peerId()}/authentication/provider`;
      const provider = (name: string) => ask('PUT', path, admin(), { provider: classes + name, config: {} });
      expect((await provider('TwoLeggedOAuthAuthenticationProvider')).status).to.equal(400);
      expect((await provider('OAuthAuthenticationProvider')).status).to.equal(201);
      expect((await provider('TwoLeggedOAuthAuthenticationProvider')).status).to.equal(201);
      expect((await provider('TwoLeggedOAuthWithImpersonationAuthenticationProvider')).status).to.equal(400);
      expect((await provider('NoSuchProvider')).status).to.equal(400);
      const [link] = await pair.app.applinks.links.list();
      expect(link!.outgoing.map(({ levels }) => levels)).to.deep.equal([
        { threeLegged: true, twoLegged: true, impersonation: false },
      ]);
      const shown = await ask('GET', path, admin());
      expect((json(shown).authenticationProviders as unknown[]).length).to.equal(2);
    });

    it('a12: levels as one document, also under the id that follows from the URL', async () => {
      const path = (id: string) => `/rest/applinks/3.0/status/${id}/oauth`;
      expect((await ask('GET', path(peerId()))).status).to.equal(404);
      await put();
      const off = { enabled: false, twoLoEnabled: false, twoLoImpersonationEnabled: false };
      const on = { enabled: true, twoLoEnabled: true, twoLoImpersonationEnabled: false };
      for (const id of [peerId(), urlDerivedId(pair.bitbucket.url)])
        expect(json(await ask('GET', path(id)))).to.deep.equal({ incoming: off, outgoing: off });
      expect((await ask('PUT', path(peerId()), {}, { incoming: on, outgoing: on })).status).to.equal(401);
      expect((await ask('PUT', path(peerId()), admin(), { incoming: on })).status).to.equal(400);
      expect((await ask('PUT', path(peerId()), admin(), { incoming: on, outgoing: on })).status).to.equal(
        204,
      );
      expect(json(await ask('GET', path(peerId())))).to.deep.equal({ incoming: on, outgoing: on });
      expect((await ask('PUT', path(peerId()), admin(), { incoming: off, outgoing: off })).status).to.equal(
        204,
      );
      const [link] = await pair.app.applinks.links.list();
      expect([link!.incoming, link!.outgoing]).to.deep.equal([[], []]);
    });

    it('a9 to a14, a20 to a22: the same in XML, both ways', async () => {
      await put();
      const xml = { ...admin(), 'content-type': 'application/xml', accept: 'application/xml' };
      const link = `applicationlink/${peerId()}`;
      const provider = (name: string, config: string) =>
        `<authenticationProvider><provider>${classes}${name}</provider>${config}</authenticationProvider>`;
      const level = '<enabled>true</enabled><twoLoEnabled>true</twoLoEnabled>';
      const off = '<enabled>false</enabled>';
      const entry = '<config><consumerKey.outbound>x</consumerKey.outbound></config>';
      const authentication = `/rest/applinks/2.0/${link}/authentication`;
      const fetched = `/rest/applinks-oauth/latest/${link}/authentication/consumer?autoConfigure=true`;
      const status = `/rest/applinks/3.0/status/${peerId()}/oauth`;
      const calls: [string, string, string | undefined, number, string][] = [
        ['PUT', fetched, '<consumer><twoLOAllowed>true</twoLOAllowed></consumer>', 201, '<status>'],
        [
          'PUT',
          `${authentication}/provider`,
          provider('OAuthAuthenticationProvider', '<config/>'),
          201,
          '<status>',
        ],
        ['PUT', `${authentication}/provider`, provider('OAuthAuthenticationProvider', entry), 400, '<error '],
        ['PUT', `${authentication}/provider`, provider('NoSuchProvider', ''), 400, '<error '],
        ['GET', status, undefined, 200, '<incoming><enabled>true</enabled><twoLoEnabled>true<'],
        ['PUT', status, `<o><incoming>${off}</incoming><outgoing>${level}</outgoing></o>`, 204, ''],
        ['GET', status, undefined, 200, '<outgoing><enabled>true</enabled><twoLoEnabled>true</twoLoEnabled>'],
        ['PUT', status, `<o><incoming>${off}</incoming></o>`, 400, '<error '],
        ['GET', authentication, undefined, 200, `<provider>${classes}OAuthAuthenticationProvider<`],
        ['GET', '/rest/applinks/1.0/entities', undefined, 200, '<entities>'],
        [
          'GET',
          `/rest/applinks/1.0/permission/delete-application/${peerId()}`,
          undefined,
          200,
          '<code>ALLOWED<',
        ],
        ['DELETE', `/rest/applinks/1.0/${link}`, undefined, 200, '<status>'],
        ['DELETE', `/rest/applinks/1.0/${link}`, undefined, 404, '<error '],
      ];
      for (const [method, path, body, expected, text] of calls) {
        const answer = await ask(method, path, xml, body);
        expect(answer.status, `${method} ${path}: ${answer.text}`).to.equal(expected);
        expect(answer.text, `${method} ${path}`).to.include(text);
      }
    });

    it('a12: an id that is none is 400, one that nobody has 404', async () => {
      const path = (id: string): string => `/rest/applinks/3.0/status/${id}/oauth`;
      for (const method of ['GET', 'PUT']) {
        const malformed = await ask(method, path('no-id'), admin(), method === 'GET' ? undefined : {});
        expect(malformed.status).to.equal(400);
        expect(messages(malformed)).to.include('UUID');
        const unknown = path('680a4e42-d268-36bc-9728-7b01427756c2');
        expect((await ask(method, unknown, admin(), method === 'GET' ? undefined : {})).status).to.equal(404);
      }
    });

    it('a12: switched on while the peer cannot be reached: 409, and nothing is trusted', async () => {
      await put();
      await pair.bitbucket.stop();
      const on = { enabled: true, twoLoEnabled: true, twoLoImpersonationEnabled: false };
      const path = `/rest/applinks/3.0/status/${peerId()}/oauth`;
      const answer = await ask('PUT', path, admin(), { incoming: on, outgoing: on });
      await pair.bitbucket.start();
      expect([answer.status, messages(answer)].join(' ')).to.match(/^409 .*refuses/);
      const [link] = await pair.app.applinks.links.list();
      expect([link!.incoming, link!.outgoing]).to.deep.equal([[], []]);
    });

    it('a13: capabilities', async () => {
      for (const version of ['latest', '3.0'])
        expect(JSON.parse((await ask('GET', `/rest/applinks/${version}/capabilities`)).text)).to.deep.equal([
          'STATUS_API',
        ]);
      expect((await ask('GET', '/rest/applinks/latest/capabilities/status_api')).status).to.equal(200);
      expect((await ask('GET', '/rest/applinks/latest/capabilities/MIGRATION_API')).status).to.equal(404);
    });

    it('a14: what is configured, in both modules, for administrators', async () => {
      await linkByRedirect(pair);
      for (const module of ['applinks-oauth/latest', 'applinks/2.0']) {
        const path = `/rest/${module}/applicationlink/${peerId()}/authentication`;
        expect((await ask('GET', path)).status).to.equal(401);
        const shown = json(await ask('GET', path, admin()));
        expect((shown.consumers as { key: string }[]).map(({ key }) => key)).to.deep.equal([
          pair.bitbucket.host.consumerKey,
        ]);
        expect(
          (shown.configuredAuthProviders as { provider: string }[]).map(({ provider }) => provider),
        ).to.deep.equal([
          `${classes}OAuthAuthenticationProvider`,
          `${classes}TwoLeggedOAuthAuthenticationProvider`,
        ]);
      }
    });

    it('a18: a switch asks first, then goes back to the peer', async () => {
      await linkByRedirect(pair);
      const browser = await browserOf(pair.app.baseUrl, 'admin');
      const callback = `${pair.bitbucket.url}/plugins/servlet/applinks/done?x=1`;
      const path = `/plugins/servlet/applinks/auth/conf/oauth/outbound/apl/${peerId()}`;
      const url = (to: string) =>
        `${pair.app.baseUrl}${path}?callback=${encodeURIComponent(to)}&enable-oauth=false`;
      const asked = await browser.get(url(callback));
      expect(asked.status).to.equal(200);
      expect((await pair.app.applinks.links.list())[0]!.outgoing).to.have.length(1);
      const done = await browser.submit(asked);
      expect(locationOf(done)).to.equal(`${callback}&success=true&message=Done`);
      expect((await pair.app.applinks.links.list())[0]!.outgoing).to.deep.equal([]);
      for (const hostile of [
        'https://evil.example/',
        'javascript:alert(1)',
        '//evil.example',
        'data:text/html,x',
      ])
        expect((await browser.get(url(hostile))).text)
          .to.include('The way back')
          .and.not.include(hostile);
    });

    it('a18: each switch changes what its address names, and nothing else', async () => {
      await linkByRedirect(pair);
      const browser = await browserOf(pair.app.baseUrl, 'admin');
      const outbound = `${pair.app.baseUrl}/plugins/servlet/applinks/auth/conf/oauth/outbound`;
      const flip = async (path: string): Promise<number> =>
        (await browser.submit(await browser.get(`${outbound}/${path}`))).status;
      const levels = async () => (await pair.app.applinks.links.list())[0]!.outgoing[0]?.levels;
      const two = `apl-2lo/${peerId()}?enable-outgoing-2lo`;
      expect(await flip(`${two}=false`)).to.equal(303);
      expect(await levels()).to.include({ threeLegged: true, twoLegged: false });
      expect(await flip(`${two}=true`)).to.equal(303);
      expect(await flip(`apl/${peerId()}?enable-oauth=true`)).to.equal(303);
      expect(await levels()).to.include({ threeLegged: true, twoLegged: true });
      expect(await flip(`apl/${peerId()}?enable-oauth=false`)).to.equal(303);
      expect(await flip(`${two}=false`)).to.equal(303);
      expect(await levels()).to.equal(undefined);
      expect(await flip(`${two}=true`)).to.equal(409);
    });

    it('7.3: what a peer shows in a frame is a link, for this peer only', async () => {
      await linkByRedirect(pair);
      const path = `/plugins/servlet/applinks/auth/conf/oauth/add-consumer-by-url/${peerId()}?uiposition=remote&hostUrl=x`;
      const framed = await ask('GET', path);
      expect(framed.status).to.equal(200);
      const policy = framed.headers.get('content-security-policy');
      expect(policy).to.include(`frame-ancestors ${new URL(pair.bitbucket.url).origin};`);
      expect(framed.headers.get('x-frame-options')).to.equal(null);
      expect(framed.text).not.to.match(/<(?:form|script|button|input)\b/);
      expect(framed.text.split('<a ')).to.have.length(2);
      const unknown = await ask('GET', path.replace(peerId(), '680a4e42-d268-36bc-9728-7b01427756c2'));
      expect(unknown.headers.get('content-security-policy')).to.include("frame-ancestors 'none'");
    });

    it('a19: autoconfiguration off: both directions', async () => {
      await linkByRedirect(pair);
      const path = `/plugins/servlet/applinks/auth/conf/oauth/autoconfig/${peerId()}`;
      expect((await ask('DELETE', path)).status).to.equal(401);
      expect((await ask('DELETE', path, admin())).status).to.equal(200);
      const [link] = await pair.app.applinks.links.list();
      expect([link!.incoming, link!.outgoing, link!.levels.threeLegged]).to.deep.equal([[], [], false]);
      expect((await ask('PUT', path, admin())).status).to.equal(200);
      expect((await pair.app.applinks.links.list())[0]!.levels.threeLegged).to.equal(true);
    });

    it('a20: deletion: exactly 200, a second time 404, others untouched', async () => {
      await linkByRedirect(pair);
      const other = await pair.app.applinks.links.create({ name: 'Other' });
      const path = `/rest/applinks/1.0/applicationlink/${peerId()}`;
      expect((await ask('DELETE', path)).status).to.equal(401);
      expect((await ask('DELETE', path, basic('ana', passwordOf('ana')))).status).to.equal(401);
      expect((await ask('DELETE', path, admin())).status).to.equal(200);
      expect((await ask('DELETE', path, admin())).status).to.equal(404);
      expect((await pair.app.applinks.links.list()).map(({ id }) => id)).to.deep.equal([other.link.id]);
    });

    it('a21: may it be deleted?', async () => {
      const path = (id: string) => `/rest/applinks/1.0/permission/delete-application/${id}`;
      await put();
      const codes = [];
      for (const headers of [admin(), basic('ana', passwordOf('ana')), {}])
        codes.push(json(await ask('GET', path(peerId()), headers)).code);
      codes.push(json(await ask('GET', path('680a4e42-d268-36bc-9728-7b01427756c2'), admin())).code);
      expect(codes).to.deep.equal(['ALLOWED', 'NO_PERMISSION', 'NO_AUTHENTICATION', 'MISSING']);
    });

    it('a22: projects: an empty list, and nothing to link', async () => {
      expect(json(await ask('GET', '/rest/applinks/1.0/entities'))).to.deep.equal({ entity: [] });
      const path = '/rest/applinks/1.0/entitylink/generic.entity/KEY';
      expect((await ask('PUT', path, {}, {})).status).to.equal(404);
      const probe = await ask('GET', `/rest/applinks/1.0/permission/create-entity/${peerId()}`);
      expect(json(probe).code).to.equal('MISSING');
    });

    it('a23: the page where users end what they have allowed', async () => {
      const browser = await browserOf(pair.app.baseUrl, 'ana');
      const page = await browser.get(`${pair.app.baseUrl}/plugins/servlet/oauth/users/access-tokens`);
      expect(locationOf(page)).to.equal(
        `${new URL(pair.app.baseUrl).pathname.replace(/\/$/, '')}/applinks/tokens`,
      );
    });

    it('a24: an address with doubled slashes, as from an rpcUrl with a slash at its end', async () => {
      expect((await ask('GET', '//rest/applinks/1.0/manifest')).status).to.equal(200);
      expect((await ask('GET', '//plugins/servlet/oauth/consumer-info')).status).to.equal(200);
      expect((await ask('GET', '//rest/applinks/latest/capabilities')).status).to.equal(200);
    });
  });
}
