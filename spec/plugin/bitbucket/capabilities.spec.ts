/** Rows of jenkins-integration.md C5. */
import { expect } from 'chai';
import { PeerRefused, PeerUnreachable } from 'express-applinks';
import { startBitbucketCi, type BitbucketCi } from '../../support/bitbucket-ci.js';
import { listen } from '../../support/listen.js';

const hourMs = 60 * 60_000;

describe('Capability discovery (C5)', () => {
  let ci: BitbucketCi;
  beforeEach(async () => {
    ci = await startBitbucketCi();
  });
  afterEach(() => ci.close());

  const read = () => ci.bitbucket.capabilities(ci.link.id, ci.credential);
  const paths = (): string[] => ci.peer.received.map(({ path }) => path);
  const none = {
    ...{ richBuildStatus: false, cancelledStatus: false, deployments: false, webhookEvents: null },
  };

  it('GET /rest/capabilities and the addresses that it names', async () => {
    expect(await read()).to.deep.equal({
      ...{ richBuildStatus: true, cancelledStatus: true, deployments: true },
      webhookEvents: new Set(['repo:refs_changed', 'pr:opened', 'pr:from_ref_updated']),
    });
    expect(paths()).to.deep.equal([
      ...['/bb/rest/capabilities', '/bb/rest/build', '/bb/rest/deployment', '/bb/rest/webhooks'],
    ]);
  });

  it('missing key → feature off; a server without the document is an older one', async () => {
    ci.peer.capabilities = { build: { buildStatus: ['richBuildStatus'] }, webhooks: {} };
    expect(await read()).to.deep.equal({ ...none, richBuildStatus: true });
    ci.peer.capabilities = undefined;
    ci.clock.advance(hourMs + 1);
    expect(await read()).to.deep.equal(none);
  });

  it('cached per server for an hour, and asked for once by many at a time', async () => {
    await Promise.all([read(), read(), read()]);
    ci.clock.advance(hourMs - 1000);
    await read();
    expect(paths()).to.have.length(4);
    ci.clock.advance(2000);
    await read();
    expect(paths()).to.have.length(8);
  });

  it('a failure is told and not kept', async () => {
    ci.peer.fault = (_, res) => res.writeHead(500).end() === res;
    expect(await read().catch((error: unknown) => error)).to.be.instanceOf(PeerRefused);
    ci.peer.fault = (_, res) => res.end('<html>') === res;
    expect(await read().catch((error: unknown) => error)).to.be.instanceOf(PeerUnreachable);
    ci.peer.fault = () => false;
    expect((await read()).richBuildStatus).to.equal(true);
  });

  it('followed when the server names itself by its public address', async () => {
    ci.peer.capabilityBase = 'https://bb.example.test/bb';
    expect((await read()).deployments).to.equal(true);
    expect(paths()).to.include('/bb/rest/deployment');
  });

  it('not followed to another origin, nor out of the context path: the credential stays at home', async () => {
    const calls: string[] = [];
    const elsewhere = await listen((req, res) => {
      calls.push(req.url ?? '');
      res.writeHead(200, { 'content-type': 'application/json' }).end('{}');
    });
    for (const base of [
      elsewhere.url,
      `${ci.peer.url}/bbq`,
      'https://bb.example.test.evil.test/bb',
      'no URL',
    ]) {
      ci.peer.capabilityBase = base;
      expect(await read(), base).to.deep.equal(none);
      ci.clock.advance(hourMs + 1);
    }
    await elsewhere.close();
    expect(calls).to.deep.equal([]);
    expect(new Set(paths())).to.deep.equal(new Set(['/bb/rest/capabilities']));
  });
});
