import { expect } from 'chai';
import { connect } from 'node:net';
import { bitbucketStandIn, type BitbucketStandIn } from '../../../../plugin/testing/index.js';
import { ask } from './provider/calling-app.js';

const manifestPath = '/rest/applinks/1.0/manifest';
const whoAmIPath = '/plugins/servlet/applinks/whoami';
const projectsPath = '/rest/api/1.0/projects';

describe('faults on demand of the stand-in', () => {
  let standIn: BitbucketStandIn;
  beforeEach(async () => {
    standIn = bitbucketStandIn({ contextPath: '/bitbucket' });
    await standIn.start();
  });
  afterEach(() => standIn.stop());

  const get = (path: string, headers?: Record<string, string>) => ask('GET', standIn.url + path, headers);
  const failureOf = (path: string): Promise<string> =>
    get(path).then(
      () => 'none',
      (error: unknown) => (error as NodeJS.ErrnoException).code ?? 'unknown',
    );
  const admin = { Authorization: `Basic ${Buffer.from('admin:sysadmin').toString('base64')}` };
  const createProject = (key: string) =>
    ask(
      'POST',
      standIn.url + projectsPath,
      { ...admin, 'Content-Type': 'application/json' },
      JSON.stringify({ key }),
    );

  describe('which request', () => {
    for (const [name, match] of [
      ['a path below the context path', manifestPath],
      ['a pattern', /manifest$/],
      ['method and path', { method: 'GET', path: manifestPath }],
      ['a path of any method', { path: /applinks\/1\.0/ }],
    ] as const) {
      it(`is told by ${name}`, async () => {
        standIn.faults.answer(match, { status: 503 });
        expect((await get(manifestPath)).status).to.equal(503);
        expect((await get(whoAmIPath)).status).to.equal(200);
      });
    }

    it('is told by a function of what was received', async () => {
      standIn.faults.answer(({ query }) => query === 'second', { status: 503 });
      expect((await get(`${manifestPath}?first`)).status).to.equal(200);
      expect((await get(`${manifestPath}?second`)).status).to.equal(503);
    });

    it('is not one of another method', async () => {
      standIn.faults.answer({ method: 'POST', path: manifestPath }, { status: 503 });
      expect((await get(manifestPath)).status).to.equal(200);
    });

    it('meets the newest fault, until that is taken back', async () => {
      standIn.faults.answer(manifestPath, { status: 500 });
      const takeBack = standIn.faults.answer(manifestPath, { status: 503 });
      expect((await get(manifestPath)).status).to.equal(503);
      takeBack();
      expect((await get(manifestPath)).status).to.equal(500);
      standIn.faults.clearAnswers();
      expect((await get(manifestPath)).status).to.equal(200);
    });

    it('is the next one only, with once', async () => {
      standIn.faults.answer(manifestPath, { status: 500, once: true });
      expect((await get(manifestPath)).status).to.equal(500);
      expect((await get(manifestPath)).status).to.equal(200);
    });
  });

  describe('c9: a fault at every step', () => {
    for (const [method, path] of [
      ['OPTIONS', '/rest/applinks/3.0/manifest.json'],
      ['GET', '/rest/applinks/latest/capabilities'],
      ['GET', '/plugins/servlet/oauth/consumer-info'],
      ['POST', '/plugins/servlet/oauth/request-token'],
      ['GET', '/plugins/servlet/oauth/authorize'],
      ['POST', '/plugins/servlet/oauth/authorize'],
      ['POST', '/plugins/servlet/oauth/access-token'],
      ['GET', '/plugins/servlet/oauth/users/access-tokens'],
      ['GET', whoAmIPath],
      ['DELETE', '/rest/applinks/3.0/applicationlink/any'],
    ] as const) {
      it(`c9: ${method} ${path} can fail and be cut`, async () => {
        const asked = (): ReturnType<typeof ask> => ask(method, standIn.url + path);
        standIn.faults.answer({ method, path }, { status: 507, body: 'full', once: true });
        expect(await asked()).to.include({ status: 507, body: 'full' });
        standIn.faults.answer({ method, path }, { drop: true, once: true });
        expect(await asked().catch((error: unknown) => (error as NodeJS.ErrnoException).code)).to.equal(
          'ECONNRESET',
        );
        expect((await asked()).status).not.to.equal(507);
      });
    }
  });

  describe('what goes over the wire', () => {
    it("a proxy's HTML page", async () => {
      const html = '<html><title>502</title></html>';
      standIn.faults.answer(manifestPath, {
        status: 502,
        headers: { 'Content-Type': 'text/html' },
        body: html,
      });
      const answer = await get(manifestPath);
      expect(answer.status).to.equal(502);
      expect(answer.header('Content-Type')).to.equal('text/html');
      expect(answer.body).to.equal(html);
    });

    it('a redirect', async () => {
      standIn.faults.answer(manifestPath, { status: 302, headers: { Location: 'file:///etc/passwd' } });
      const answer = await get(manifestPath);
      expect(answer.status).to.equal(302);
      expect(answer.header('Location')).to.equal('file:///etc/passwd');
    });

    it('the true body under a wrong content type', async () => {
      const path = '/plugins/servlet/oauth/consumer-info';
      standIn.faults.answer(path, { headers: { 'Content-Type': 'text/xml' } });
      const answer = await get(path);
      expect(answer.header('Content-Type')).to.equal('text/xml');
      expect(answer.body).to.include(`<key>${standIn.host.consumerKey}</key>`);
    });

    it('a changed body', async () => {
      standIn.faults.answer(manifestPath, { body: (real) => real.replace('</manifest>', '') });
      const answer = await get(manifestPath);
      expect(answer.status).to.equal(200);
      expect(answer.body).to.match(/<\/iconUri>$/);
    });

    it('bytes in a wrong encoding, and more than anybody should read', async () => {
      standIn.faults.answer(manifestPath, { body: Uint8Array.of(0xff, 0xfe, 0x3c, 0x00), once: true });
      expect((await get(manifestPath)).header('Content-Length')).to.equal('4');
      standIn.faults.answer(manifestPath, { body: ' '.repeat(3_000_000) });
      expect((await get(manifestPath)).body).to.have.lengthOf(3_000_000);
    });

    it('an answer that comes late', async () => {
      standIn.faults.answer(manifestPath, { delayMs: 80 });
      const startedMs = performance.now();
      expect((await get(manifestPath)).status).to.equal(200);
      expect(performance.now() - startedMs).to.be.greaterThan(75);
    });

    it('an answer that drips', async () => {
      standIn.faults.answer(manifestPath, { dripMs: 5 });
      const startedMs = performance.now();
      expect((await get(manifestPath)).body).to.include('</manifest>');
      expect(performance.now() - startedMs).to.be.greaterThan(60);
    });

    for (const drop of [true, 'before', 'after', 'midway'] as const) {
      it(`a cut connection (${drop})`, async () => {
        standIn.faults.answer(manifestPath, { drop });
        expect(await failureOf(manifestPath)).to.equal('ECONNRESET');
      });
    }
  });

  describe('what was done', () => {
    const isThere = async (key: string) => (await get(`${projectsPath}/${key}`, admin)).status === 200;

    it('nothing, when another answer is given', async () => {
      standIn.faults.answer(projectsPath, { status: 500, once: true });
      expect((await createProject('NEW')).status).to.equal(500);
      expect(await isThere('NEW')).to.equal(false);
    });

    it('all of it, when the answer is only changed after', async () => {
      standIn.faults.answer(projectsPath, { status: 500, after: true });
      expect((await createProject('NEW')).status).to.equal(500);
      expect(await isThere('NEW')).to.equal(true);
    });

    it('all of it, when the connection is cut after, and nothing when before', async () => {
      standIn.faults.answer(projectsPath, { drop: 'after', once: true });
      await createProject('ONE').catch(() => undefined);
      standIn.faults.answer(projectsPath, { drop: 'before', once: true });
      await createProject('TWO').catch(() => undefined);
      expect(await isThere('ONE')).to.equal(true);
      expect(await isThere('TWO')).to.equal(false);
    });

    it('nothing, when the caller hangs up while it waits', async () => {
      standIn.faults.answer(projectsPath, { delayMs: 60 });
      const body = '{"key":"NEW"}';
      const { hostname, port } = new URL(standIn.url);
      await new Promise<void>((resolve) => {
        const socket = connect(Number(port), hostname, () => {
          const head = `POST /bitbucket${projectsPath} HTTP/1.1\r\nHost: h\r\nAuthorization: ${admin.Authorization}`;
          socket.write(`${head}\r\nContent-Length: ${body.length}\r\n\r\n${body}`, () =>
            setTimeout(() => socket.destroy(), 20),
          );
        });
        socket.on('close', () => resolve());
      });
      await new Promise((resolve) => setTimeout(resolve, 80));
      expect(await isThere('NEW')).to.equal(false);
    });

    it('stop() ends a drip', async () => {
      standIn.faults.answer(manifestPath, { dripMs: 60_000 });
      const failed = failureOf(manifestPath);
      await new Promise((resolve) => setTimeout(resolve, 20));
      await standIn.stop();
      expect(await failed).to.equal('ECONNRESET');
    });
  });
});
