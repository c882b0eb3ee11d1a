/** Testing a link whose peer is met over TLS, by an application that trusts an authority of its own (network.ca). */
import { expect } from 'chai';
import { createAuthority, type Authority, type CertificateWish } from '../support/certificates.js';
import { startKitApp, type KitApp } from '../support/kit-app.js';
import { listen, type Listening } from '../support/listen.js';
import { listenTls, serve } from '../support/peer.js';

const peerId = '680a4e42-d268-36bc-9728-7b01427756c2';
const manifest = JSON.stringify({ id: peerId, typeId: 'stash', name: 'Bitbucket' });

describe('The status of a link over TLS', () => {
  let authority: Authority;
  let app: KitApp;
  let linkId: string;
  const servers: Listening[] = [];
  before(async () => {
    authority = await createAuthority();
    const network = { allowInsecureLoopback: true, ca: authority.cert, timeoutMs: 500 };
    app = await startKitApp({ options: { network } });
    linkId = (await app.applinks.links.create({ name: 'Bitbucket' })).link.id;
  });
  after(async () => {
    for (const server of servers) await server.close();
    await app.close();
  });

  const statusAt = async (rpcUrl: string) => {
    const link = (await app.store.links.get(linkId))!;
    await app.store.links.update({ ...link, rpcUrl, applicationId: peerId });
    return app.applinks.client(linkId).status();
  };
  const peerWith = async (wish: Partial<CertificateWish> = {}, by = authority): Promise<string> => {
    const certificate = await by.issue({ name: 'localhost', ...wish });
    const server = await listenTls(serve(manifest, 'application/json'), certificate);
    servers.push(server);
    return `https://localhost:${server.port}`;
  };

  it('gets past a certificate that network.ca trusts', async () => {
    expect((await statusAt(await peerWith())).type).to.equal('UNEXPECTED_RESPONSE');
    expect((await statusAt(await peerWith())).answer).to.equal(manifest);
  });

  const refusals: [string, string, () => Promise<string>][] = [
    ['untrusted', 'SSL_UNTRUSTED', async () => peerWith({}, await createAuthority('Unknown authority'))],
    ['expired', 'SSL_UNTRUSTED', () => peerWith({ notAfter: new Date(Date.now() - 1000) })],
    ['for another host name', 'SSL_HOSTNAME_UNMATCHED', () => peerWith({ name: 'other.test' })],
  ];
  for (const [what, type, peer] of refusals) {
    it(`is ${type} with a certificate that is ${what}`, async () => {
      const seen = await statusAt(await peer());
      expect(seen).to.include({ type, category: 'NETWORK_ERROR', working: false });
      expect(seen.answer).to.match(/^https:\/\/localhost:\d+ has a TLS certificate /);
    });
  }

  it('is SSL_UNMATCHED where nothing speaks TLS, and TIMEOUT where nothing speaks', async () => {
    const plain = await listen(serve(manifest));
    const silent = await listen(() => undefined);
    servers.push(plain, silent);
    expect((await statusAt(plain.url.replace('http:', 'https:'))).type).to.equal('SSL_UNMATCHED');
    expect((await statusAt(silent.url)).type).to.equal('TIMEOUT');
  });
});
