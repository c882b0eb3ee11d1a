/** Rows of jenkins-integration.md C4 and C6. */
import { createPublicKey, verify } from 'node:crypto';
import { expect } from 'chai';
import type { BuildStatus } from 'express-applinks/bitbucket';
import { signatureHeaders } from '../../../plugin/bitbucket/build-signature.js';
import { createPrivateKey, createSign, generateKeyPairSync } from 'node:crypto';
import { repository, startBitbucketCi, type BitbucketCi } from '../../support/bitbucket-ci.js';

const commit = '2'.repeat(40);

describe('Build status (C4)', () => {
  let ci: BitbucketCi;
  beforeEach(async () => {
    ci = await startBitbucketCi();
  });
  afterEach(() => ci.close());

  const status = (changes: Partial<BuildStatus> = {}): BuildStatus => ({
    ...{ linkId: ci.link.id, ...repository, commit, key: 'shop/feature%2Fa', state: 'SUCCESSFUL' },
    ...{ url: 'https://ci.example.test/job/shop/15/', name: 'shop » feature/a' },
    ...{ description: '#15 successful in 12 sec', buildNumber: '15', parent: 'shop' },
    ...{ ref: 'refs/heads/feature/a', durationMs: 12034 },
    testResults: { successful: 40, failed: 0, skipped: 2 },
    ...changes,
  });
  const post = async (changes: Partial<BuildStatus> = {}) => {
    expect(await ci.bitbucket.postStatus(status(changes))).to.equal(true);
    await ci.app.applinks.tick();
    return ci.peer.states.at(-1)!;
  };
  const lastCall = () => ci.peer.received.at(-1)!;
  const withCapabilities = (...buildStatus: string[]): void => {
    ci.peer.capabilities = { build: { buildStatus } };
  };

  it('modern: call, fields and success', async () => {
    expect(await post()).to.deep.equal({
      ...{ key: 'shop/feature%2Fa', state: 'SUCCESSFUL', url: 'https://ci.example.test/job/shop/15/' },
      ...{ name: 'shop » feature/a', description: '#15 successful in 12 sec', buildNumber: '15' },
      ...{ parent: 'shop', ref: 'refs/heads/feature/a', duration: 12034 },
      testResults: { successful: 40, failed: 0, skipped: 2 },
    });
    expect(lastCall()).to.deep.include({
      method: 'POST',
      path: `/bb/rest/api/1.0/projects/SHOP/repos/widget/commits/${commit}/builds`,
    });
    expect(lastCall().headers).to.include({
      ...{ 'content-type': 'application/json', 'x-atlassian-token': 'no-check' },
    });
    expect(ci.heard).to.deep.equal([
      {
        ...{ name: 'build_status.posted', linkId: ci.link.id, commit, key: 'shop/feature%2Fa' },
        state: 'SUCCESSFUL',
      },
    ]);
  });

  it('legacy, chosen when the server does not list richBuildStatus: fewer fields, no signature', async () => {
    withCapabilities();
    expect(Object.keys(await post())).to.deep.equal(['key', 'state', 'url', 'name', 'description']);
    expect(lastCall().path).to.equal(`/bb/rest/build-status/1.0/commits/${commit}`);
    expect(Object.keys(lastCall().headers).filter((name) => /^bbs-|^base-url/.test(name))).to.deep.equal([]);
  });

  it('absent values: omitted, never null', async () => {
    const minimal = { linkId: ci.link.id, ...repository, commit, key: 'a', state: 'FAILED' } as const;
    await ci.bitbucket.postStatus({ ...minimal, url: 'https://ci.example.test/1' });
    await ci.app.applinks.tick();
    expect(ci.peer.states).to.deep.equal([{ key: 'a', state: 'FAILED', url: 'https://ci.example.test/1' }]);
  });

  it('CANCELLED: sent when the server lists cancelledStatus, else turned into FAILED', async () => {
    expect((await post({ state: 'CANCELLED' })).state).to.equal('CANCELLED');
    for (const listed of [['richBuildStatus'], ['cancelledStatus'], []]) {
      withCapabilities(...listed);
      ci.clock.advance(60 * 60_000 + 1);
      expect((await post({ state: 'CANCELLED' })).state, listed.join()).to.equal('FAILED');
    }
  });

  it('ref: dropped when it does not start with refs/', async () => {
    expect(await post({ ref: 'main' })).to.not.have.property('ref');
  });

  it('limits: a key over 255 ends in a hash, and stays what it is', async () => {
    const long = `job/${'ä'.repeat(300)}`;
    const first = (await post({ key: `${long}1`, parent: long })).key as string;
    const [second, again] = [(await post({ key: `${long}2` })).key, (await post({ key: `${long}1` })).key];
    expect(first)
      .to.have.length(255)
      .and.match(/^job\/ä+-[0-9a-f]{32}$/);
    expect(again).to.equal(first);
    expect(second).to.not.equal(first);
    expect(ci.peer.states[0]!.parent).to.have.length(255);
    expect((await post({ key: 'k'.repeat(255) })).key).to.equal('k'.repeat(255));
  });

  it('limits: a URL over 450 becomes the short one; without one it is given up', async () => {
    const url = `https://ci.example.test/${'x'.repeat(427)}`;
    expect(url).to.have.length(451);
    const shortUrl = 'https://ci.example.test/b/1';
    expect((await post({ url, shortUrl })).url).to.equal(shortUrl);
    expect((await post({ url: url.slice(0, 450), shortUrl })).url).to.equal(url.slice(0, 450));
    await ci.bitbucket.postStatus(status({ url }));
    await ci.app.applinks.tick();
    expect(ci.peer.states).to.have.length(2);
    expect(ci.heard.at(-1)).to.deep.include({ name: 'build_status.given_up', state: 'SUCCESSFUL' });
    expect(await ci.bitbucket.outbox.list(undefined, { limit: 1, offset: 0 })).to.deep.equal([]);
  });

  it('limits: only names and descriptions are cut, never in the middle of a character', async () => {
    const { name, description } = await post({
      name: 'n'.repeat(300),
      description: `${'d'.repeat(253)}😀😀`,
    });
    expect(name).to.equal(`${'n'.repeat(254)}…`);
    expect(description).to.equal(`${'d'.repeat(253)}…`);
  });

  it('what is no status is given up at once, and never throws into a build', async () => {
    for (const wrong of [
      { commit: 'main' },
      { key: ' ' },
      { url: 'javascript:alert(1)' },
      { linkId: 'gone' },
      { state: 'DONE' as 'FAILED' },
      { testResults: { successful: -1, failed: 0, skipped: 0 } },
    ]) {
      expect(await ci.bitbucket.postStatus(status(wrong)), JSON.stringify(wrong)).to.equal(false);
      expect(ci.heard.at(-1)).to.include({ name: 'build_status.given_up' });
    }
    await ci.app.store.close();
    ci.app.store.outbox.put = () => Promise.reject(new Error('The disk is full.'));
    expect(await ci.bitbucket.postStatus(status())).to.equal(false);
    expect(ci.heard.at(-1)).to.include({ reason: 'The disk is full.' });
  });

  describe('signed (C6)', () => {
    const signed = (): { headers: Record<string, unknown>; bytes: Buffer } => {
      const { headers, body } = lastCall();
      const { key, ref = '', state, url } = body as Record<string, string>;
      return { headers, bytes: Buffer.from(`${key ?? ''}${ref}${state ?? ''}${url ?? ''}`) };
    };

    for (const [what, changes] of [
      ['key, ref, state, url', {}],
      ['no ref', { ref: undefined }],
      ['the state as it is sent', { state: 'CANCELLED' as const }],
    ] as const) {
      it(`headers base-url, BBS-Signature-Algorithm and BBS-Signature over ${what}`, async () => {
        withCapabilities('richBuildStatus');
        const { ref, ...rest } = status(changes);
        await ci.bitbucket.postStatus({ ...rest, ...(ref === undefined ? {} : { ref }) });
        await ci.app.applinks.tick();
        const { headers, bytes } = signed();
        expect(headers).to.include({
          ...{ 'base-url': ci.app.baseUrl, 'bbs-signature-algorithm': 'SHA256withRSA' },
        });
        const der = Buffer.from(await ci.bitbucket.publicKey(), 'base64');
        const key = createPublicKey({ key: der, format: 'der', type: 'spki' });
        const signature = Buffer.from(headers['bbs-signature'] as string, 'base64');
        expect(signature.toString('base64')).to.equal(headers['bbs-signature']);
        expect(verify('sha256', bytes, key, signature)).to.equal(true);
        expect(verify('sha256', Buffer.from(`${bytes.toString()}.`), key, signature)).to.equal(false);
      });
    }

    it('as a signature made by hand', () => {
      const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
      const pem = createPrivateKey(privateKey.export({ format: 'pem', type: 'pkcs8' }));
      const byHand = createSign('RSA-SHA256')
        .update('joKrefs/heads/äFAILEDhttps://x.test/1', 'utf8')
        .sign(pem);
      const fields = { key: 'joK', ref: 'refs/heads/ä', state: 'FAILED', url: 'https://x.test/1' };
      expect(signatureHeaders('https://ci.example.test', privateKey, fields)).to.deep.equal({
        'base-url': 'https://ci.example.test',
        'bbs-signature-algorithm': 'SHA256withRSA',
        'bbs-signature': byHand.toString('base64'),
      });
    });

    it('failure to sign: all three headers are left out, the status is still sent', async () => {
      ci.app.store.settings.get = () => Promise.reject(new Error('The database is away.'));
      expect((await post()).state).to.equal('SUCCESSFUL');
      expect(Object.keys(signed().headers).filter((name) => /^bbs-|^base-url/.test(name))).to.deep.equal([]);
    });
  });
});
