import { expect } from 'chai';
import { discover } from '../../../plugin/consumer/discovery.js';
import type { Transport } from '../../../plugin/consumer/transport.js';
import { createAuthority, type Authority } from '../../support/certificates.js';
import type { Listening } from '../../support/listen.js';
import {
  failure,
  listenTls,
  resolveToLoopback,
  serve,
  startPeer,
  testTransport,
  type ScriptedPeer,
} from '../../support/peer.js';

const id = '9fcb1f80-cf06-3129-bdea-f3b25b1aa9e3';
const manifest = (url?: string): string =>
  JSON.stringify({ id, typeId: 'stash', name: 'Bitbucket', applinksVersion: '9.1.4', url });

/** Answers with the manifest below one context path, and 404 elsewhere. */
const below =
  (path: string, body: string): ScriptedPeer['answer'] =>
  (req, res) => {
    if (req.url === `${path}/rest/applinks/1.0/manifest`) serve(body, 'application/json')(req, res);
    else serve('<html>not here</html>', 'text/html', 404)(req, res);
  };

describe('What is at the address that an administrator entered', () => {
  let peer: ScriptedPeer;
  let transport: Transport;
  beforeEach(async () => {
    peer = await startPeer();
    transport = testTransport();
  });
  afterEach(async () => {
    await Promise.all([transport.close(), peer.close()]);
  });

  it('is an application with its manifest', async () => {
    const url = `${peer.url}/ctx`;
    peer.answer = below('/ctx', manifest(`${url}/`));
    const found = await discover(transport, `${url}/`);
    expect(found).to.include({ url, problem: undefined, suggestedUrl: undefined });
    expect(found.manifest).to.include({ id, typeId: 'stash', name: 'Bitbucket' });
    expect(found.warnings).to.have.length(1);
    expect(found.warnings[0]).to.match(/not encrypted/);
    expect(peer.requests).to.have.length(1);
  });

  it('is found from the address of a page', async () => {
    const url = `${peer.url}/ctx`;
    peer.answer = below('/ctx', manifest(url));
    for (const page of [
      '/projects/PRJ',
      '/plugins/servlet/applinks/listApplicationLinks',
      '/some/other',
      '?a=b',
    ]) {
      expect((await discover(transport, url + page)).url, page).to.equal(url);
    }
  });

  it('is found at the root when nothing else fits', async () => {
    peer.answer = below('', manifest(peer.url));
    expect((await discover(transport, `${peer.url}/a/b/c/d/e/f/g`)).manifest?.id).to.equal(id);
  });

  it('leaves to the administrator which address to use when the application names another one', async () => {
    peer.answer = below('', manifest('https://bitbucket.example.test/ctx'));
    const found = await discover(transport, peer.url);
    expect(found).to.include({ url: peer.url, suggestedUrl: 'https://bitbucket.example.test/ctx' });
    expect(found.warnings.join()).to.include('https://bitbucket.example.test/ctx').and.to.include(peer.url);
  });

  it('calls an address the same when only case or default port of the host differ', async () => {
    const named = testTransport({ resolve: resolveToLoopback });
    peer.answer = below('', manifest(`http://PEER.test:${peer.port}`));
    expect((await discover(named, `http://peer.test:${peer.port}`)).suggestedUrl).to.equal(undefined);
    await named.close();
  });

  it('warns of an application that names no version of application links', async () => {
    peer.answer = below('', JSON.stringify({ id, typeId: 'generic' }));
    expect((await discover(transport, peer.url)).warnings.join()).to.match(/no version of application links/);
  });

  it('is a problem of the most likely address when no candidate has a manifest', async () => {
    peer.answer = below('/elsewhere', manifest());
    const found = await discover(transport, `${peer.url}/ctx/projects/PRJ`);
    expect(found).to.include({ url: `${peer.url}/ctx`, manifest: undefined });
    expect(found.problem).to.include({ kind: 'bad_answer', answer: 'not here', answerStatus: 404 });
    expect(peer.requests).to.have.length(4);
  });

  it('offers the base to which the manifest is redirected, and follows nothing', async () => {
    peer.answer = (req, res) =>
      res.writeHead(301, { location: `https://b.test/ctx${req.url ?? ''}?token=x` }).end();
    const found = await discover(transport, peer.url);
    expect(found.problem?.kind).to.equal('redirected');
    expect(found.suggestedUrl).to.equal('https://b.test/ctx');
    peer.answer = (_, res) => res.writeHead(302, { location: 'https://b.test/login' }).end();
    expect((await discover(transport, peer.url)).suggestedUrl).to.equal(undefined);
  });

  it('is not looked for any further when the host cannot be called', async () => {
    const { port } = peer;
    await peer.close();
    const found = await discover(transport, `http://127.0.0.1:${port}/a/b/c`);
    expect(found.problem?.kind).to.equal('connection_refused');
    peer = await startPeer();
    const guarded = testTransport({ allowInsecureLoopback: false });
    expect((await discover(guarded, `${peer.url}/a/b`)).problem?.kind).to.equal('address_refused');
    expect(peer.requests).to.deep.equal([]);
    await guarded.close();
  });

  it('is not looked for longer than a deadline over all candidates', async () => {
    peer.answer = (req, res) => setTimeout(() => below('/elsewhere', '')(req, res), 300);
    const started = performance.now();
    const found = await discover(transport, `${peer.url}/a/b/c/d`, { timeoutMs: 800 });
    expect(performance.now() - started).to.be.within(700, 2500);
    expect(found.problem?.kind).to.equal('bad_answer');
    expect(peer.requests.length).to.be.below(5);
  });

  it('is a refusal when it is ourselves', async () => {
    const ours = testTransport({ own: `${peer.url}/ci` });
    peer.answer = below('/ci', manifest());
    const found = await discover(ours, `${peer.url}/ci`);
    expect(found.problem).to.have.property('kind', 'address_refused');
    expect(found.problem?.message).to.include('this application itself');
    expect(peer.requests).to.deep.equal([]);
    await ours.close();
  });

  it('is refused before any call when it is no address', async () => {
    await failure(discover(transport, 'javascript:alert(1)'), 'address_refused');
  });

  describe('without a scheme', () => {
    let authority: Authority;
    let secure: Listening | undefined;
    before(async () => {
      authority = await createAuthority();
    });
    afterEach(async () => {
      await secure?.close();
      secure = undefined;
    });

    const over = async (ca: string | undefined): Promise<Awaited<ReturnType<typeof discover>>> => {
      secure = await listenTls(
        serve(manifest(), 'application/json'),
        await authority.issue({ name: 'peer.test' }),
      );
      const named = testTransport({ ca, resolve: resolveToLoopback });
      const found = await discover(named, `peer.test:${secure.port}`);
      await named.close();
      return found;
    };

    it('is taken for https', async () => {
      const found = await over(authority.cert);
      expect(found.url).to.match(/^https:\/\/peer\.test:\d+$/);
      expect(found.warnings).to.deep.equal([]);
    });

    it('is not tried over http when only the certificate is wrong', async () => {
      const found = await over(undefined);
      expect(found.url).to.match(/^https:/);
      expect(found.problem?.kind).to.equal('tls_untrusted');
    });

    it('is tried over http when nothing there speaks https, and says so', async () => {
      peer.answer = below('', manifest());
      const found = await discover(transport, `127.0.0.1:${peer.port}`);
      expect(found.url).to.equal(peer.url);
      expect(found.warnings.join()).to.match(/Nothing answered over https.*not encrypted/);
    });

    it('shows what http answered rather than that there is no https', async () => {
      const found = await discover(transport, `127.0.0.1:${peer.port}`);
      expect(found.problem).to.include({ kind: 'bad_answer', answerStatus: 404 });
    });

    it('shows the problem of https when there is neither', async () => {
      const { port } = peer;
      await peer.close();
      const found = await discover(transport, `127.0.0.1:${port}`);
      expect(found.url).to.equal(`https://127.0.0.1:${port}`);
      expect(found.problem?.kind).to.equal('connection_refused');
      peer = await startPeer();
    });
  });
});
