import { expect } from 'chai';
import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { fetchConsumerInfo, type ConsumerInfo } from '../../../plugin/consumer/consumer-info.js';
import { parsePeerKey } from '../../../plugin/consumer/peer-key.js';
import type { Transport } from '../../../plugin/consumer/transport.js';
import { ApplinksError } from '../../../plugin/errors.js';
import { createAuthority } from '../../support/certificates.js';
import { failure, serve, startPeer, testTransport, type ScriptedPeer } from '../../support/peer.js';

const rsaKey = (modulusLength: number): KeyObject => generateKeyPairSync('rsa', { modulusLength }).publicKey;
const bare = (key: KeyObject): string => key.export({ type: 'spki', format: 'der' }).toString('base64');
const pem = (key: KeyObject, type: 'spki' | 'pkcs1' = 'spki'): string =>
  key.export({ type, format: 'pem' }).toString();

describe('b8: the consumer info of a peer', () => {
  const key = rsaKey(2048);
  let peer: ScriptedPeer;
  let transport: Transport;
  beforeEach(async () => {
    peer = await startPeer();
    transport = testTransport();
  });
  afterEach(async () => {
    await Promise.all([transport.close(), peer.close()]);
  });

  const fetched = (): Promise<ConsumerInfo> => fetchConsumerInfo(transport, `${peer.url}/ctx`);
  const refused = async (): Promise<string> => (await failure(fetched(), 'bad_answer')).message;
  const document = (changes: Record<string, string | undefined> = {}): string => {
    const fields: Record<string, string | undefined> = {
      key: 'Bitbucket:0123456789',
      name: 'Bitbucket &amp; friends',
      publicKey: bare(key),
      ...changes,
    };
    const elements = Object.entries(fields).map(([name, value]) =>
      value === undefined ? '' : `<${name}>${value}</${name}>`,
    );
    return `<?xml version="1.0" encoding="UTF-8"?><consumer>${elements.join('')}</consumer>`;
  };

  it('is fetched anonymously below the context path', async () => {
    peer.answer = (req, res) => {
      expect(req.headers)
        .to.include({ accept: 'application/xml' })
        .and.not.to.have.any.keys('authorization', 'cookie');
      serve(document())(req, res);
    };
    await fetched();
    await fetchConsumerInfo(transport, `${peer.url}/ctx/`);
    expect(peer.requests).to.deep.equal(Array(2).fill('GET /ctx/plugins/servlet/oauth/consumer-info'));
  });

  it('gives key, name and public key, and nothing for what is absent', async () => {
    peer.answer = serve(document());
    const info = await fetched();
    expect(info).to.include({
      key: 'Bitbucket:0123456789',
      name: 'Bitbucket & friends',
      description: undefined,
      callback: undefined,
    });
    expect(info.publicKey).to.include({ spki: bare(key), bits: 2048, weak: false });
  });

  for (const type of ['application/xml;charset=UTF-8', 'text/xml', 'Application/XML', '']) {
    it(`is read with the type ${JSON.stringify(type)}`, async () => {
      peer.answer = (_, res) => {
        if (type !== '') res.setHeader('content-type', type);
        res.end(document());
      };
      expect((await fetched()).key).to.equal('Bitbucket:0123456789');
    });
  }

  it('is found by the names of its elements, wherever they are; the first one counts', async () => {
    peer.answer = serve(
      `<a xmlns="urn:x"><x:key xmlns:x="urn:y">no</x:key><b><publicKey>${pem(key)}</publicKey><c><name> N </name></c></b>` +
        `<key>first</key><key>second</key></a>`,
    );
    expect(await fetched()).to.include({ key: 'first', name: 'N' });
  });

  it('brings description and callback when they can be used', async () => {
    peer.answer = serve(document({ description: 'two\nlines \u202e', callback: 'https://b.test/cb' }));
    expect(await fetched()).to.include({ description: 'two lines ', callback: 'https://b.test/cb' });
    peer.answer = serve(document({ description: 'a'.repeat(9000) }));
    expect((await fetched()).description).to.have.length(2000);
  });

  for (const callback of [
    '',
    ' ',
    '/relative',
    'javascript:alert(1)',
    'data:text/html,x',
    'file:///a',
    'http://[',
  ]) {
    it(`takes the callback ${JSON.stringify(callback)} for none`, async () => {
      peer.answer = serve(document({ callback }));
      expect((await fetched()).callback).to.equal(undefined);
    });
  }

  for (const field of ['key', 'name', 'publicKey']) {
    it(`is refused without ${field}`, async () => {
      for (const value of [undefined, '', '  ']) {
        peer.answer = serve(document({ [field]: value }));
        expect(await refused()).to.include(`Its ${field} is missing`);
      }
    });
  }

  for (const field of ['key', 'name']) {
    it(`is refused with a ${field} that is too long or not printable`, async () => {
      for (const value of ['a'.repeat(256), 'a\nb', 'a\u202eb']) {
        peer.answer = serve(document({ [field]: value }));
        expect(await refused()).to.include(`Its ${field} is longer than 255 characters or not printable`);
      }
    });
  }

  it('says what it got in place of a public key: PKCS#1, a certificate, a private key, nothing of the kind', async () => {
    const authority = await createAuthority();
    const base64 = (text: string): string => text.replace(/-----[^-]*-----|\s/g, '');
    const pkcs1 = pem(key, 'pkcs1');
    for (const [value, sentence] of [
      [pkcs1, /PKCS#1/],
      [base64(pkcs1), /PKCS#1/],
      [pkcs1.replaceAll('RSA PUBLIC', 'PUBLIC'), /PKCS#1/],
      [authority.cert, /certificate/],
      [base64(authority.cert), /certificate/],
      [authority.cert.replaceAll('CERTIFICATE', 'PUBLIC KEY'), /certificate/],
      ['-----BEGIN RSA PRIVATE KEY-----\nMIIE\n-----END RSA PRIVATE KEY-----', /private key/],
      ['AAAA', /neither/],
      ['not Base64!', /neither/],
    ] as const) {
      peer.answer = serve(document({ publicKey: value }));
      expect(await refused(), value.slice(0, 40)).to.match(sentence);
    }
  });

  for (const [what, status, body, type] of [
    ['status 201', 201, undefined, 'application/xml'],
    ['status 404', 404, undefined, 'application/xml'],
    ['status 500', 500, undefined, 'application/xml'],
    ['JSON', 200, '{"key":"a"}', 'application/json'],
    ['a login page', 200, '<!DOCTYPE html><html><body>Log in</body></html>', 'text/html'],
    ['a login page called XML', 200, '<!DOCTYPE html><html><body>Log in</body></html>', 'application/xml'],
    [
      'a DTD',
      200,
      '<!DOCTYPE consumer [<!ENTITY k SYSTEM "file:///etc/passwd">]><consumer><key>&k;</key></consumer>',
      'application/xml',
    ],
    ['deep nesting', 200, '<consumer>'.repeat(6000), 'application/xml'],
    ['a cut document', 200, '<consumer><key>a</key>', 'application/xml'],
  ] as const) {
    it(`is none with ${what}`, async () => {
      peer.answer = serve(body ?? document(), type, status);
      const error = await failure(fetched(), 'bad_answer');
      expect(error.answerStatus).to.equal(status);
    });
  }

  it('is refused above 64 KiB', async () => {
    peer.answer = serve(document({ filler: 'a'.repeat(10_000_000) }));
    await failure(fetched(), 'too_large');
  });
});

describe('The public key of a peer', () => {
  it('may have 1024 bits, as those of old installations, and is called weak then', () => {
    expect(parsePeerKey(bare(rsaKey(1024)))).to.include({ bits: 1024, weak: true });
    expect(parsePeerKey(pem(rsaKey(3072)))).to.include({ bits: 3072, weak: false });
  });

  it('is refused below 1024 bits, and when it is no RSA key', () => {
    const other = generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey;
    for (const key of [rsaKey(512), other]) {
      expect(() => parsePeerKey(bare(key)))
        .to.throw(ApplinksError)
        .with.property('code', 'invalid_input');
    }
  });

  it('may be wrapped in lines', () => {
    const text = bare(rsaKey(2048));
    expect(parsePeerKey(text.replace(/.{64}/g, '$&\r\n')).spki).to.equal(text);
  });
});
