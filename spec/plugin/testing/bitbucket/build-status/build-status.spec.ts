import { expect } from 'chai';
import { createSign } from 'node:crypto';
import { exchange } from '../../../../../plugin/testing/http-exchange.js';
import { signRequest } from '../../../../../plugin/testing/index.js';
import { consumerKey, keys, publicKey } from '../provider/calling-app.js';
import {
  bodyOf,
  hostedRepository,
  refusalOf,
  tokenFor,
  valuesOf,
  type HostedRepository,
} from '../hosted-repository.js';

const full = {
  ...{ key: 'shop/feature%2Fa', state: 'SUCCESSFUL', url: 'https://ci.example.test/job/shop/15/' },
  ...{ name: 'shop » feature/a', description: '#15 successful in 12 sec', buildNumber: '15', parent: 'shop' },
  ...{ ref: 'refs/heads/feature/a', duration: 12034, testResults: { successful: 40, failed: 0, skipped: 2 } },
};
const least = { key: 'shop', state: 'INPROGRESS', url: 'https://ci.example.test/job/shop/15/' };

describe('C4: build statuses at the stand-in', () => {
  let hosted: HostedRepository;

  beforeEach(async () => {
    hosted = await hostedRepository();
  });
  afterEach(() => hosted.stop());

  const rich = (commit = hosted.first): string => `${hosted.inRepository}/commits/${commit}/builds`;
  const legacy = (commit = hosted.first): string => `/rest/build-status/1.0/commits/${commit}`;
  const post = (path: string, json: unknown, user = 'ben') => hosted.rest('POST', path, { user, json });

  describe('modern', () => {
    it('success: 204, and the status is kept as it was sent', async () => {
      expect(await post(rich(), full)).to.include({ status: 204, body: '' });
      const [status] = hosted.standIn.buildStatuses.of(hosted.first);
      expect(status).to.deep.include({ ...full, commit: hosted.first, postedBy: 'ben' });
      const read = await hosted.rest('GET', `${rich()}?key=shop%2Ffeature%252Fa`, { user: 'ben' });
      expect(bodyOf(read)).to.deep.include({ ...full, commitId: hosted.first });
    });

    it('absent values stay absent', async () => {
      await post(rich(), { ...least, name: null });
      const [status] = hosted.standIn.buildStatuses.of(hosted.first);
      expect(status).to.include(least).and.not.have.any.keys('name', 'description', 'ref', 'testResults');
    });

    it('a later one of the same key replaces the one before, and the log keeps both', async () => {
      await post(rich(), least);
      hosted.pass(12);
      await post(rich(), { ...least, state: 'SUCCESSFUL' });
      await post(rich(), { ...least, key: 'other' });
      const { buildStatuses } = hosted.standIn;
      expect(buildStatuses.of(hosted.first).map(({ key, state }) => `${key} ${state}`)).to.have.members([
        'shop SUCCESSFUL',
        'other INPROGRESS',
      ]);
      const shop = buildStatuses.of(hosted.first).find(({ key }) => key === 'shop');
      expect(shop).to.include({ createdDate: 1_800_000_000_000, updatedDate: 1_800_000_012_000 });
      expect(buildStatuses.posted.map(({ state }) => state)).to.deep.equal([
        'INPROGRESS',
        'SUCCESSFUL',
        'INPROGRESS',
      ]);
    });

    for (const state of ['SUCCESSFUL', 'FAILED', 'INPROGRESS', 'CANCELLED', 'UNKNOWN']) {
      it(`knows the state ${state}`, async () => {
        expect((await post(rich(), { ...least, state })).status).to.equal(204);
      });
    }

    it('takes what is exactly at the limit', async () => {
      const url = `https://ci.example.test/${'x'.repeat(450 - 'https://ci.example.test/'.length)}`;
      const [key, name, description] = ['k', 'n', 'd'].map((letter) => letter.repeat(255));
      expect((await post(rich(), { ...full, key, name, description, url })).status).to.equal(204);
    });

    const wrong: [name: string, change: object, context: string][] = [
      ['a blank key', { key: ' ' }, 'key'],
      ['no key', { key: undefined }, 'key'],
      ['a key over 255', { key: 'k'.repeat(256) }, 'key'],
      ['a bad ref', { ref: 'feature/a' }, 'ref'],
      ['a bad state', { state: 'DONE' }, 'state'],
      ['no state', { state: undefined }, 'state'],
      ['a blank URL', { url: '' }, 'url'],
      ['a URL over 450', { url: `https://ci.example.test/${'x'.repeat(450)}` }, 'url'],
      ['a relative URL', { url: '/job/shop/15/' }, 'url'],
      ['a name over 255', { name: 'n'.repeat(256) }, 'name'],
      ['a description over 255', { description: 'd'.repeat(256) }, 'description'],
      ['a build number that is no text', { buildNumber: 15 }, 'buildNumber'],
      ['a duration below zero', { duration: -1 }, 'duration'],
      ['test results without a number', { testResults: { successful: 1, failed: 0 } }, 'testResults.skipped'],
    ];
    for (const [name, change, context] of wrong) {
      it(`errors: 400 for ${name}, under the field's name`, async () => {
        expect(refusalOf(await post(rich(), { ...full, ...change }))).to.include({ status: 400, context });
        expect(hosted.standIn.buildStatuses.posted).to.deep.equal([]);
      });
    }

    it('errors: 400 for a bad commit, 404 for an unknown one and for the merge of a pull request', async () => {
      expect((await post(rich('main'), full)).status).to.equal(400);
      expect((await post(rich('2'.repeat(40)), full)).status).to.equal(404);
      const { repository } = hosted;
      await hosted.standIn.repositories.push({ repository, branch: 'a', user: 'ana', files: { a: 'a' } });
      await hosted.standIn.pullRequests.open({ repository, from: 'a', user: 'ana' });
      const url = hosted.cloneUrl({ name: 'ana', password: 'ana' });
      const { output } = await hosted.git(['ls-remote', url, 'refs/pull-requests/1/merge']);
      expect((await post(rich(output.slice(0, 40)), full)).status).to.equal(404);
    });

    it('permission: whoever may read, by a token for reading, too; nobody without a user', async () => {
      const withToken = (permission: string) =>
        hosted.rest('POST', rich(), {
          authorization: `Bearer ${tokenFor(hosted, 'ana', permission)}`,
          json: full,
        });
      expect((await withToken('REPO_READ')).status).to.equal(204);
      expect((await withToken('PUBLIC_REPOS')).status).to.equal(401);
      expect((await hosted.rest('POST', rich(), { json: full })).status).to.equal(401);
    });

    it('permission: an application that signs for itself (2LO) needs no user', async () => {
      hosted.standIn.consumers.set(consumerKey, {
        ...{ key: consumerKey, name: 'CI', publicKey, threeLegged: true, twoLegged: true },
        ...{ executingUser: undefined, impersonation: false, linkId: 'ci' },
      });
      const signed = signRequest({
        identity: { consumerKey, signatureMethod: 'RSA-SHA1', privateKey: keys.privateKey },
        ...{ method: 'POST', url: hosted.standIn.url + rich(), token: '', timestampSeconds: 1_800_000_000 },
        body: { content: JSON.stringify(least), contentType: 'application/json' },
      });
      expect((await exchange(signed)).status).to.equal(204);
      expect(hosted.standIn.buildStatuses.posted[0]!.postedBy).to.equal(undefined);
    });
  });

  describe('legacy', () => {
    it('success: 204 with five fields, listed and counted per commit', async () => {
      expect((await post(legacy(), full)).status).to.equal(204);
      const [status] = hosted.standIn.buildStatuses.of(hosted.first);
      expect(status).to.include({ key: full.key, description: full.description });
      expect(status).not.to.have.any.keys('buildNumber', 'parent', 'ref', 'duration', 'testResults');
      const listed = valuesOf(await hosted.rest('GET', legacy(), { user: 'ben' }));
      expect(listed).to.have.lengthOf(1);
      expect(listed[0]).to.include({ key: full.key, state: 'SUCCESSFUL' });
      const stats = await hosted.rest('GET', legacy(`stats/${hosted.first}`), { user: 'ben' });
      expect(bodyOf(stats)).to.include({ successful: 1, failed: 0, inProgress: 0 });
    });

    it('knows commits of no repository, and no CANCELLED', async () => {
      expect((await post(legacy('2'.repeat(40)), least)).status).to.equal(204);
      expect(refusalOf(await post(legacy(), { ...least, state: 'CANCELLED' }))).to.include({
        ...{ status: 400, context: 'state' },
      });
    });

    it('errors: 400 for a bad commit, 401 to nobody', async () => {
      expect((await post(legacy('main'), least)).status).to.equal(400);
      expect((await hosted.rest('POST', legacy(), { json: least })).status).to.equal(401);
    });
  });

  describe('of an older version', () => {
    it('without richBuildStatus there is no modern resource', async () => {
      hosted.standIn.capabilities.richBuildStatus = false;
      expect((await post(rich(), least)).status).to.equal(404);
      expect((await post(legacy(), least)).status).to.equal(204);
    });

    it('without cancelledStatus CANCELLED is a bad state', async () => {
      hosted.standIn.capabilities.cancelledStatus = false;
      expect((await post(rich(), { ...least, state: 'CANCELLED' })).status).to.equal(400);
    });
  });

  it('C1 row 18: rate limiting on demand, with Retry-After', async () => {
    hosted.standIn.faults.answer(/\/builds$/, { status: 429, headers: { 'Retry-After': '7' }, once: true });
    const limited = await post(rich(), least);
    expect([limited.status, limited.header('Retry-After')]).to.deep.equal([429, '7']);
    expect(hosted.standIn.buildStatuses.posted).to.deep.equal([]);
    expect((await post(rich(), least)).status).to.equal(204);
  });

  it('C6: keeps the signature, and checks it with the key of the link', async () => {
    const linkId = 'ci';
    const [baseUrl, name] = ['https://ci.example.test', 'CI'];
    hosted.standIn.consumers.set(consumerKey, {
      ...{ key: consumerKey, name, publicKey, threeLegged: true, twoLegged: true },
      ...{ executingUser: undefined, impersonation: false, linkId },
    });
    await hosted.rest('PUT', '/rest/applinks/3.0/applicationlink', {
      user: 'admin',
      json: {
        id: 'fb4b4b5c-6f8a-3d5c-8f0f-5f0d4a4e6f5a',
        name,
        typeId: 'generic',
        rpcUrl: baseUrl,
        displayUrl: baseUrl,
      },
    });
    const [link] = hosted.standIn.links();
    link!.incomingKey = consumerKey;
    const signature = (text: string) => createSign('RSA-SHA256').update(text).sign(keys.privateKey, 'base64');
    const signed = async (value: string, algorithm = 'SHA256withRSA') => {
      const headers = {
        ...{ 'base-url': baseUrl, 'BBS-Signature': value, 'BBS-Signature-Algorithm': algorithm },
        ...{ 'Content-Type': 'application/json', Authorization: `Basic ${btoa('ben:ben')}` },
      };
      const url = hosted.standIn.url + rich();
      await exchange({ method: 'POST', url, headers, body: JSON.stringify(full) });
      return hosted.standIn.buildStatuses.posted.at(-1)!.signature;
    };
    const text = full.key + full.ref + full.state + full.url;
    expect(await signed(signature(text))).to.include({ baseUrl, algorithm: 'SHA256withRSA', isValid: true });
    expect(await signed(signature(`${text} `))).to.include({ isValid: false });
    expect(await signed(signature(text), 'none')).to.include({ isValid: undefined });
    await post(rich(), full);
    expect(hosted.standIn.buildStatuses.posted.at(-1)!.signature).to.deep.equal({
      ...{ baseUrl: undefined, algorithm: undefined, value: undefined, isValid: undefined },
    });
  });
});
