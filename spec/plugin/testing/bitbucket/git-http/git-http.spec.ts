import { expect } from 'chai';
import { writeFile, readFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { basic, hostedRepository, tokenFor, type HostedRepository } from '../hosted-repository.js';

describe('git over http at the stand-in (C1 rows 9 and 12; oauth2.md 2.7)', () => {
  let hosted: HostedRepository;

  beforeEach(async () => {
    hosted = await hostedRepository();
  });
  afterEach(() => hosted.stop());

  /** A commit in a clone, pushed. */
  const commitAndPush = async (folder: string, ...refs: string[]) => {
    await hosted.git(['commit', '--quiet', '--allow-empty', '-m', 'One more'], folder);
    return hosted.git(['push', '--quiet', 'origin', ...refs], folder);
  };

  describe('clone', () => {
    const clones: [name: string, credential: () => { name: string; password: string }][] = [
      ['the password of a user', () => ({ name: 'ben', password: 'ben' })],
      ['an HTTP access token', () => ({ name: 'ana', password: tokenFor(hosted, 'ana', 'REPO_READ') })],
      [
        'an HTTP access token under the name that stands for none',
        () => ({ name: 'x-token-auth', password: tokenFor(hosted, 'ana', 'REPO_READ') }),
      ],
      [
        'an OAuth 2.0 access token, whatever the name',
        () => {
          const redirects = ['http://localhost/back'];
          const client = hosted.standIn.oauth2Provider.registerClient({
            ...{ name: 'CI', redirects, scope: 'REPO_READ' },
          });
          const grant = { clientId: client.clientId, user: 'ana', scope: 'REPO_READ' };
          return { name: 'ci', password: hosted.standIn.oauth2Provider.issueTokens(grant).accessToken };
        },
      ],
    ];
    for (const [name, credential] of clones) {
      it(`with ${name}`, async () => {
        expect(await hosted.clone('copy', credential())).to.deep.equal({ exitCode: 0, output: '' });
        const { output } = await hosted.git(['rev-parse', 'HEAD'], 'copy');
        expect(output.trim()).to.equal(hosted.first);
        const branch = await hosted.git(['symbolic-ref', 'HEAD'], 'copy');
        expect(branch.output.trim()).to.equal('refs/heads/main');
      });
    }

    it('asks for a credential by Basic, and needs none for a public repository', async () => {
      const refs = '/scm/shop/widget.git/info/refs?service=git-upload-pack';
      const refused = await hosted.rest('GET', refs);
      expect(refused.status).to.equal(401);
      expect(refused.challenge).to.equal('Basic realm="Atlassian Bitbucket"');
      await hosted.standIn.repositories.createRepository({ project: 'SHOP', name: 'open', isPublic: true });
      expect((await hosted.rest('GET', refs.replace('widget', 'open'))).status).to.equal(200);
    });

    it('refuses a wrong credential even where none is needed', async () => {
      await hosted.standIn.repositories.createRepository({ project: 'SHOP', name: 'open', isPublic: true });
      const refs = '/scm/shop/open.git/info/refs?service=git-upload-pack';
      for (const authorization of [basic('ana', 'wrong'), 'Bearer wrong']) {
        expect((await hosted.rest('GET', refs, { authorization })).status).to.equal(401);
      }
    });

    it('tells 403 from 404 to those who have said who they are', async () => {
      hosted.standIn.repositories.grant(hosted.repository, 'ben', 'NONE');
      const refs = '/scm/shop/widget.git/info/refs?service=git-upload-pack';
      expect((await hosted.rest('GET', refs, { user: 'ben' })).status).to.equal(403);
      expect((await hosted.rest('GET', refs.replace('widget', 'gone'), { user: 'ben' })).status).to.equal(
        404,
      );
      expect((await hosted.rest('GET', refs.replace('widget', 'gone'))).status).to.equal(401);
    });

    it('hands out a token that is over to nobody', async () => {
      const { accessTokens } = hosted.standIn;
      const { token: password, id } = accessTokens.create({ user: 'ana', expiresAtMs: 1_800_000_010_000 });
      const credential = { name: 'ana', password };
      expect((await hosted.clone('before', credential)).exitCode).to.equal(0);
      hosted.pass(11);
      expect((await hosted.clone('after', credential)).exitCode).to.equal(128);
      accessTokens.revoke(id);
      expect(accessTokens.list()).to.deep.equal([]);
    });

    it('of a large file comes whole, and as a stream', async () => {
      const content = Buffer.alloc(6 * 1024 * 1024, 'abcdefg\n');
      content.writeUInt32BE(0xfffe0001, 0);
      await hosted.standIn.repositories.push({
        ...{ repository: hosted.repository, branch: 'main', user: 'ana' },
        files: { 'large.bin': content },
      });
      const folder = await mkdtemp(join(tmpdir(), 'large-'));
      try {
        const url = hosted.cloneUrl({ name: 'ana', password: 'ana' });
        expect((await hosted.git(['clone', '--quiet', url, join(folder, 'copy')])).exitCode).to.equal(0);
        expect((await readFile(join(folder, 'copy', 'large.bin'))).equals(content)).to.equal(true);
      } finally {
        await rm(folder, { recursive: true });
      }
    });
  });

  describe('push', () => {
    it('moves the branch for whoever may write, and is large without harm', async () => {
      await hosted.clone('copy', { name: 'ana', password: 'ana' });
      const { output: top } = await hosted.git(['rev-parse', '--show-toplevel'], 'copy');
      const noise = Array.from({ length: 3 * 1024 * 1024 }, (_, at) => (at * 2654435761) >>> 24);
      await writeFile(join(top.trim(), 'noise.bin'), Uint8Array.from(noise));
      await hosted.git(['add', '.'], 'copy');
      expect(await commitAndPush('copy', 'HEAD:refs/heads/feature/a')).to.deep.equal({
        exitCode: 0,
        output: '',
      });
      const { output: head } = await hosted.git(['rev-parse', 'HEAD'], 'copy');
      expect(await hosted.standIn.repositories.commit(hosted.repository, 'feature/a')).to.equal(head.trim());
    });

    it('is refused to whoever may only read, and to a token for reading', async () => {
      await hosted.clone('bens', { name: 'ben', password: 'ben' });
      const bens = await commitAndPush('bens', 'HEAD:main');
      expect(bens.exitCode).to.not.equal(0);
      expect(bens.output).to.include('403');
      await hosted.clone('copy', { name: 'ana', password: tokenFor(hosted, 'ana', 'REPO_READ') });
      expect((await commitAndPush('copy', 'HEAD:main')).output).to.include('403');
      expect(await hosted.standIn.repositories.commit(hosted.repository, 'main')).to.equal(hosted.first);
    });

    it('never writes the refs of pull requests', async () => {
      await hosted.clone('copy', { name: 'ana', password: 'ana' });
      const pushed = await commitAndPush('copy', 'HEAD:refs/pull-requests/1/from');
      expect(pushed.exitCode).to.not.equal(0);
      expect(pushed.output).to.include('hidden ref');
    });
  });

  describe('faults', () => {
    it('a cut connection fails the clone, and the next one works', async () => {
      hosted.standIn.faults.answer(/git-upload-pack$/, { drop: 'midway', once: true });
      expect((await hosted.clone('cut', { name: 'ana', password: 'ana' })).exitCode).to.not.equal(0);
      expect((await hosted.clone('whole', { name: 'ana', password: 'ana' })).exitCode).to.equal(0);
    });

    it('a push whose answer is lost has happened all the same', async () => {
      await hosted.clone('copy', { name: 'ana', password: 'ana' });
      hosted.standIn.faults.answer(/git-receive-pack$/, { drop: 'after', once: true });
      expect((await commitAndPush('copy', 'HEAD:lost')).exitCode).to.not.equal(0);
      const { output: head } = await hosted.git(['rev-parse', 'HEAD'], 'copy');
      expect(await hosted.standIn.repositories.commit(hosted.repository, 'lost')).to.equal(head.trim());
    });

    it('429 and the 502 of a proxy are what git is told', async () => {
      hosted.standIn.faults.answer(/^\/scm\//, { status: 429, headers: { 'Retry-After': '5' }, once: true });
      expect((await hosted.clone('limited', { name: 'ana', password: 'ana' })).output).to.include('429');
      const headers = { 'Content-Type': 'text/html' };
      hosted.standIn.faults.answer(/^\/scm\//, { status: 502, headers, body: '<h1>Proxy</h1>', once: true });
      expect((await hosted.clone('proxied', { name: 'ana', password: 'ana' })).output).to.include('502');
    });
  });

  it('leaves no folder behind when it stops', async () => {
    const { readdir } = await import('node:fs/promises');
    const ours = async () =>
      (await readdir(tmpdir())).filter((name) => name.startsWith('bitbucket-stand-in-'));
    const before = await ours();
    const other = await hostedRepository();
    expect(await ours()).to.have.lengthOf(before.length + 1);
    await other.stop();
    expect(await ours()).to.have.members(before);
  });
});
