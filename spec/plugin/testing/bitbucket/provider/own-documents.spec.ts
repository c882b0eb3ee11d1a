import { expect } from 'chai';
import { createPublicKey } from 'node:crypto';
import { bitbucketStandIn, type BitbucketStandIn } from '../../../../../plugin/testing/index.js';
import { ask, type Answer } from './calling-app.js';

const oauthClass = 'com.atlassian.applinks.api.auth.types.OAuthAuthenticationProvider';
const dummy = 'placeholder.to.ensure.backwards.compatibility';

const elements = (document: string, name: string): string[] =>
  [...document.matchAll(new RegExp(`<${name}>([^<]*)</${name}>`, 'g'))].map(([, text = '']) => text);

describe('c1: documents that the stand-in serves of itself', () => {
  let standIn: BitbucketStandIn;
  const get = (path: string, headers: Record<string, string> = {}): Promise<Answer> =>
    ask('GET', standIn.url + path, headers);

  before(async () => {
    standIn = bitbucketStandIn({ contextPath: '/bitbucket' });
    await standIn.start();
  });
  after(() => standIn.stop());

  describe('c1: manifest', () => {
    for (const version of ['1.0', '2.0', '3.0', 'latest']) {
      it(`is XML under ${version} for everybody, and never cached`, async () => {
        const answer = await get(`/rest/applinks/${version}/manifest`);
        expect(answer.status).to.equal(200);
        expect(answer.header('Content-Type')).to.equal('application/xml;charset=UTF-8');
        expect(answer.header('Cache-Control')).to.equal('no-cache');
        expect(answer.body).to.match(/^<\?xml version="1\.0" [^>]*\?><manifest><id>/);
        expect(answer.challenge).to.equal(undefined);
      });
    }

    it('says who it is', async () => {
      const { body } = await get('/rest/applinks/1.0/manifest');
      const one = (name: string): string | undefined => elements(body, name)[0];
      expect(one('id')).to.equal(standIn.serverId);
      expect(standIn.serverId).to.match(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
      expect(one('name')).to.equal('Bitbucket');
      expect(one('typeId')).to.equal('stash');
      expect(one('applinksVersion')).to.equal('9.1.4');
      expect(one('version')).to.match(/^\d+\.\d+\.\d+$/);
      expect(Number(one('buildNumber'))).to.be.greaterThan(0);
      expect(one('url')).to.equal(standIn.url);
    });

    it('has the dummy entry in both lists, and fills the outbound list from the inbound one', async () => {
      const { body } = await get('/rest/applinks/1.0/manifest');
      const inbound = elements(body, 'inboundAuthenticationTypes');
      expect(inbound).to.include.members([dummy, oauthClass]);
      expect(elements(body, 'outboundAuthenticationTypes')).to.deep.equal(inbound);
    });

    for (const [name, path, accept, type] of [
      ['JSON by suffix', '.json', 'application/xml', 'application/json'],
      ['XML by suffix', '.xml', 'application/json', 'application/xml'],
      ['JSON by Accept', '', 'application/json', 'application/json'],
      ['XML where both are accepted', '', 'application/xml, application/json;q=0.5', 'application/xml'],
    ] as const) {
      it(`is ${name}`, async () => {
        const answer = await get(`/rest/applinks/3.0/manifest${path}`, { Accept: accept });
        expect(answer.header('Content-Type')).to.equal(`${type};charset=UTF-8`);
      });
    }

    it('has the same content as JSON: numbers, booleans and lists', async () => {
      const { body } = await get('/rest/applinks/3.0/manifest.json');
      const manifest = JSON.parse(body) as Record<string, unknown>;
      expect(manifest).to.include({ id: standIn.serverId, typeId: 'stash', publicSignup: false });
      expect(manifest.buildNumber).to.be.a('number');
      expect(manifest.inboundAuthenticationTypes).to.include.members([dummy, oauthClass]);
    });

    it('echoes any origin to a browser', async () => {
      const answer = await get('/rest/applinks/3.0/manifest.json', { Origin: 'http://ci.example.test' });
      expect(answer.header('Access-Control-Allow-Origin')).to.equal('http://ci.example.test');
      expect(answer.header('Access-Control-Allow-Credentials')).to.equal('true');
      expect(answer.header('Access-Control-Allow-Methods')).to.equal(undefined);
    });

    it('answers a preflight', async () => {
      const answer = await ask('OPTIONS', `${standIn.url}/rest/applinks/3.0/manifest.json`, {
        Origin: 'null',
        'Access-Control-Request-Method': 'GET',
      });
      expect(answer.status).to.equal(200);
      expect(answer.header('Access-Control-Allow-Origin')).to.equal('null');
      expect(answer.header('Access-Control-Allow-Headers')).to.equal('Content-Type');
      expect(answer.header('Access-Control-Allow-Methods')).to.equal('GET');
    });

    for (const [product, name] of [
      ['jira', 'Jira'],
      ['confluence', 'Confluence'],
    ] as const) {
      it(`is that of ${name} on demand, with the id that was given`, async () => {
        const serverId = '680a4e42-d268-36bc-9728-7b01427756c2';
        const other = bitbucketStandIn({ product, serverId });
        await other.start();
        const { body } = await ask('GET', `${other.url}/rest/applinks/1.0/manifest`);
        await other.stop();
        expect(elements(body, 'typeId')).to.deep.equal([product]);
        expect(elements(body, 'name')).to.deep.equal([name]);
        expect(elements(body, 'id')).to.deep.equal([serverId]);
        expect(other.host.consumerKey).to.match(new RegExp(`^${name}:\\d{10}$`));
      });
    }
  });

  describe('c1: consumer-info', () => {
    it('is XML with the key, colon included, and for everybody', async () => {
      const answer = await get('/plugins/servlet/oauth/consumer-info');
      expect(answer.header('Content-Type')).to.equal('application/xml;charset=UTF-8');
      expect(elements(answer.body, 'key')).to.deep.equal([standIn.host.consumerKey]);
      expect(standIn.host.consumerKey).to.match(/^Bitbucket:\d{10}$/);
      expect(elements(answer.body, 'name')).to.deep.equal(['Bitbucket']);
      expect(elements(answer.body, 'callback')).to.deep.equal([]);
    });

    for (const hostKeyBits of [1024, 2048]) {
      it(`has the public key of ${hostKeyBits} bits as bare Base64`, async () => {
        const other = bitbucketStandIn({ hostKeyBits });
        await other.start();
        const { body } = await ask('GET', `${other.url}/plugins/servlet/oauth/consumer-info`);
        await other.stop();
        const der = Buffer.from(elements(body, 'publicKey')[0]!, 'base64');
        const key = createPublicKey({ key: der, format: 'der', type: 'spki' });
        expect(key.asymmetricKeyDetails?.modulusLength).to.equal(hostKeyBits);
        expect(key.export({ type: 'spki', format: 'pem' })).to.equal(other.host.publicKeyPem());
      });
    }

    it('differs between installations', () => {
      expect(bitbucketStandIn().host.consumerKey).not.to.equal(bitbucketStandIn().host.consumerKey);
    });
  });

  describe('c1: capabilities', () => {
    it('are two', async () => {
      const answer = await get('/rest/applinks/latest/capabilities');
      expect(JSON.parse(answer.body)).to.deep.equal(['STATUS_API', 'MIGRATION_API']);
    });

    it('can be asked for one by one, in any case', async () => {
      const answer = await get('/rest/applinks/latest/capabilities/status_api');
      expect(JSON.parse(answer.body)).to.deep.equal(['STATUS_API']);
    });

    it('are 404 when unknown', async () => {
      expect((await get('/rest/applinks/latest/capabilities/FLYING')).status).to.equal(404);
    });
  });
});
