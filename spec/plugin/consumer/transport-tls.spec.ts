import { expect } from 'chai';
import type { PeerUnreachableKind } from '../../../plugin/errors.js';
import { createAuthority, type Authority, type CertificateWish } from '../../support/certificates.js';
import type { Listening } from '../../support/listen.js';
import { failure, listenTls, resolveToLoopback, serve, testTransport } from '../../support/peer.js';

const day = 86_400_000;

describe('A call to a peer over TLS', () => {
  let authority: Authority;
  let peer: Listening | undefined;
  before(async () => {
    authority = await createAuthority();
  });
  afterEach(async () => {
    await peer?.close();
    peer = undefined;
  });

  /** The answer's text; the peer is reached as peer.test. */
  async function call(
    wish: Partial<CertificateWish>,
    ca: string | string[] | undefined,
    by: Authority = authority,
  ): Promise<string> {
    peer = await listenTls(serve('hello'), await by.issue({ name: 'peer.test', ...wish }));
    const transport = testTransport({ ca, resolve: resolveToLoopback });
    try {
      const answer = await transport.request({ url: `https://peer.test:${peer.port}/` });
      return answer.body.toString();
    } finally {
      await transport.close();
    }
  }

  it('works with a certificate that the option network.ca trusts', async () => {
    expect(await call({}, authority.cert)).to.equal('hello');
  });

  it('works with one of several trusted certificates, in one text or in a list', async () => {
    const other = await createAuthority('Another authority');
    expect(await call({}, [other.cert, authority.cert])).to.equal('hello');
    await peer?.close();
    expect(await call({}, `${other.cert}\n${authority.cert}\n`)).to.equal('hello');
  });

  const refusals: Record<string, [PeerUnreachableKind, Partial<CertificateWish>, RegExp]> = {
    'an expired certificate': ['tls_expired', { notAfter: new Date(Date.now() - 1000) }, /clock/],
    'a certificate that is not yet valid': [
      'tls_expired',
      { notBefore: new Date(Date.now() + day), notAfter: new Date(Date.now() + 2 * day) },
      /clock/,
    ],
    'a certificate for another host name': ['tls_hostname_mismatch', { name: 'other.test' }, /host name/],
  };
  for (const [what, [kind, wish, cure]] of Object.entries(refusals)) {
    it(`refuses ${what}`, async () => {
      const error = await failure(call(wish, authority.cert), kind);
      expect(error.message).to.match(cure).and.to.include('https://peer.test');
    });
  }

  it('refuses an authority that it does not know, and names the option', async () => {
    const error = await failure(call({}, undefined), 'tls_untrusted');
    expect(error.message).to.include('network.ca');
  });

  it('refuses an authority of the same name with another key', async () => {
    const impostor = await createAuthority();
    await failure(call({}, authority.cert, impostor), 'tls_untrusted');
  });

  it('does not take the trusted authority for a name by which the peer was not called', async () => {
    peer = await listenTls(serve('hello'), await authority.issue({ name: 'peer.test' }));
    const transport = testTransport({ ca: authority.cert });
    await failure(transport.request({ url: peer.url }), 'tls_hostname_mismatch');
    await transport.close();
  });
});
