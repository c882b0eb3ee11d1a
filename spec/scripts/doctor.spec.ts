/** `npm run doctor` as it is run by hand: what it prints, and its exit status. */
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { bitbucketStandIn, type BitbucketStandIn } from 'express-applinks/testing';
import { createAuthority } from '../support/certificates.js';
import { listenTls, serve } from '../support/peer.js';

const script = join(import.meta.dirname, '..', '..', 'scripts', 'doctor.js');

function doctor(...args: string[]): Promise<{ status: number; output: string }> {
  return new Promise((resolve) => {
    execFile(process.execPath, [script, ...args], (error, stdout, stderr) => {
      resolve({ status: error ? Number(error.code) : 0, output: stdout + stderr });
    });
  });
}

describe('npm run doctor', () => {
  let bitbucket: BitbucketStandIn;
  before(async () => {
    bitbucket = bitbucketStandIn({ contextPath: '/bb' });
    await bitbucket.start();
  });
  after(() => bitbucket.stop());

  it('says that all is good, line by line', async () => {
    const { status, output } = await doctor(bitbucket.url, '--insecure-loopback');
    expect(output).to.match(
      /^ok {4}reached http:[^]*ok {4}manifest: [^]*stash[^]*ok {4}clock: [^]*RSA 2048 bits[^]*ok {4}OAuth 2\.0: metadata is there/,
    );
    expect(output).not.to.include('FAIL');
    expect(status).to.equal(0);
  });

  it('looks for metadata of OAuth 2.0: none is normal, another issuer is not', async () => {
    const { switches } = bitbucket.oauth2Provider;
    switches.metadata = 'absent';
    expect((await doctor(bitbucket.url, '--insecure-loopback')).output).to.match(
      /ok {4}OAuth 2\.0: it has no metadata, which is normal/,
    );
    switches.metadata = 'other-issuer';
    const { status, output } = await doctor(bitbucket.url, '--insecure-loopback');
    switches.metadata = 'served';
    expect(output).to.match(/FAIL {2}.*says that it is .*not believed/);
    expect(status).to.equal(1);
  });

  it('names a clock that is wrong', async () => {
    bitbucket.faults.serverClockOffsetSeconds = -600;
    const { status, output } = await doctor(bitbucket.url, '--insecure-loopback');
    bitbucket.faults.serverClockOffsetSeconds = 0;
    expect(output).to.match(/FAIL {2}clock: \d+ seconds behind ours[^]*time server/);
    expect(status).to.equal(1);
  });

  it('names a version that is too old', async () => {
    const undo = bitbucket.faults.answer(/manifest/, {
      body: (real) => real.replace(/(applinksVersion>)[^<]*/, (_, tag: string) => `${tag}3.9`),
    });
    const { status, output } = await doctor(bitbucket.url, '--insecure-loopback');
    undo();
    expect(output).to.match(/FAIL {2}its application links are older[^]*ok {4}consumer info/);
    expect(status).to.equal(1);
  });

  it('shows the page of a proxy that answers in its place', async () => {
    const undo = bitbucket.faults.answer(/./, {
      status: 200,
      headers: { 'Content-Type': 'text/html' },
      body: '<h1>Proxy login</h1>',
    });
    const { status, output } = await doctor(bitbucket.url, '--insecure-loopback');
    undo();
    expect(output).to.include('FAIL').and.include('Proxy login').and.not.include('<h1>');
    expect(status).to.equal(1);
  });

  it('refuses loopback unless told, and says how it is used', async () => {
    expect((await doctor(bitbucket.url)).output).to.match(/FAIL {2}.+add --insecure-loopback/);
    expect(await doctor()).to.deep.equal({
      status: 1,
      output: 'Usage: npm run doctor -- <base url> [--ca <file>] [--insecure-loopback]\n',
    });
    expect((await doctor('http://no-such-host.invalid')).status).to.equal(1);
  });

  it('refuses a file without a certificate', async () => {
    const none = await doctor(bitbucket.url, '--insecure-loopback', '--ca', script);
    expect(none.output).to.include('holds no certificate').and.not.include('ok  ');
    expect(none.status).to.equal(1);
  });

  it('names --ca for a certificate that is not trusted, and takes it from there', async () => {
    const authority = await createAuthority();
    const server = await listenTls(serve('hello'), await authority.issue({ name: 'localhost' }));
    const url = `https://localhost:${server.port}`;
    const folder = await mkdtemp(join(tmpdir(), 'doctor-'));
    const file = join(folder, 'ca.pem');
    await writeFile(file, authority.cert);
    try {
      expect((await doctor(url, '--insecure-loopback')).output).to.match(/FAIL .*by --ca <file>/);
      const trusted = await doctor(url, '--insecure-loopback', '--ca', file);
      expect(trusted.output).to.include('FAIL').and.not.include('certificate');
    } finally {
      await server.close();
      await rm(folder, { recursive: true });
    }
  });
});
