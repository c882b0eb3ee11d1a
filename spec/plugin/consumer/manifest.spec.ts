import { expect } from 'chai';
import { fetchManifest, type Manifest } from '../../../plugin/consumer/manifest.js';
import type { Transport } from '../../../plugin/consumer/transport.js';
import { failure, serve, startPeer, testTransport, type ScriptedPeer } from '../../support/peer.js';

const id = '9fcb1f80-cf06-3129-bdea-f3b25b1aa9e3';
const threeLegged = 'com.atlassian.applinks.api.auth.types.OAuthAuthenticationProvider';
const twoLegged = 'com.atlassian.applinks.api.auth.types.TwoLeggedOAuthAuthenticationProvider';
const placeholder = 'placeholder.to.ensure.backwards.compatibility';

const document = {
  id,
  name: 'Bitbucket',
  typeId: 'stash',
  version: '9.4.1-m2',
  buildNumber: 9004001,
  applinksVersion: '9.1.4',
  inboundAuthenticationTypes: [placeholder, threeLegged, twoLegged],
  outboundAuthenticationTypes: [threeLegged],
  publicSignup: false,
  url: 'https://bitbucket.example.test/ctx',
  iconUrl: 'https://bitbucket.example.test/16.png',
  iconUri: 'https://bitbucket.example.test/48.png',
};

const expected: Manifest = { ...document, inboundAuthenticationTypes: [threeLegged, twoLegged] };

const element = ([name, value]: [string, unknown]): string =>
  [value]
    .flat()
    .map((entry) => `<${name}>${String(entry)}</${name}>`)
    .join('\n  ');
const xml = (fields: object): string =>
  `<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<manifest>\n${Object.entries(fields).map(element).join('\n')}\n</manifest>`;

describe('b1: the manifest of a peer', () => {
  let peer: ScriptedPeer;
  let transport: Transport;
  beforeEach(async () => {
    peer = await startPeer();
    transport = testTransport();
  });
  afterEach(async () => {
    await Promise.all([transport.close(), peer.close()]);
  });

  const fetched = (): Promise<Manifest> => fetchManifest(transport, `${peer.url}/ctx`);
  const refused = async (): Promise<string> => (await failure(fetched(), 'bad_answer')).message;

  it('is fetched anonymously below the context path, with and without a slash at the end', async () => {
    peer.answer = (req, res) => {
      expect(req.headers).not.to.have.any.keys('authorization', 'cookie', 'origin');
      serve(xml(document))(req, res);
    };
    await fetched();
    await fetchManifest(transport, `${peer.url}/ctx//`);
    expect(peer.requests).to.deep.equal(Array(2).fill('GET /ctx/rest/applinks/1.0/manifest'));
  });

  for (const type of ['application/xml;charset=UTF-8', 'text/xml', 'APPLICATION/XML', '']) {
    it(`is read as XML of type ${JSON.stringify(type)}`, async () => {
      peer.answer = (_, res) => {
        if (type !== '') res.setHeader('content-type', type);
        res.end(xml(document));
      };
      expect(await fetched()).to.deep.equal(expected);
    });
  }

  for (const type of ['application/json', 'application/json;charset=UTF-8', 'application/hal+json']) {
    it(`is read as JSON of type ${type}`, async () => {
      peer.answer = serve(JSON.stringify(document), type);
      expect(await fetched()).to.deep.equal(expected);
    });
  }

  it('needs no more than id and typeId', async () => {
    for (const [body, type] of [
      [xml({ id, typeId: 'generic' }), 'application/xml'],
      [JSON.stringify({ id, typeId: 'generic', name: null, url: null }), 'application/json'],
    ] as const) {
      peer.answer = serve(body, type);
      const manifest = await fetched();
      expect(manifest).to.deep.include({
        id,
        typeId: 'generic',
        name: `127.0.0.1:${peer.port}`,
        inboundAuthenticationTypes: [],
        outboundAuthenticationTypes: [],
      });
      expect(manifest.url).to.equal(undefined);
    }
  });

  it('takes elements in any order, unknown ones, empty ones, and a single entry for a list', async () => {
    peer.answer = serve(
      `<manifest a="b"><later><id>no</id></later><typeId> jira </typeId><name/><url> </url>
        <inboundAuthenticationTypes>${twoLegged}</inboundAuthenticationTypes><id>${id.toUpperCase()}</id></manifest>`,
    );
    const manifest = await fetched();
    expect(manifest).to.deep.include({ id, typeId: 'jira', inboundAuthenticationTypes: [twoLegged] });
    peer.answer = serve(
      JSON.stringify({ id, typeId: 'jira', inboundAuthenticationTypes: twoLegged }),
      'application/json',
    );
    expect((await fetched()).inboundAuthenticationTypes).to.deep.equal([twoLegged]);
  });

  it('loses what is unusable and without consequence', async () => {
    peer.answer = serve(
      xml({
        ...document,
        iconUri: 'javascript:alert(1)',
        iconUrl: '/16.png',
        applinksVersion: 'x',
        buildNumber: 'many',
        publicSignup: 'maybe',
      }),
    );
    expect(await fetched()).to.include({
      iconUri: undefined,
      iconUrl: undefined,
      applinksVersion: undefined,
      buildNumber: undefined,
      publicSignup: undefined,
    });
  });

  for (const [field, values] of Object.entries({
    id: [undefined, '', 'not-a-uuid', `${id}0`, [id, id], 7],
    typeId: [undefined, '', 'a'.repeat(256), 'a\u0007b', 'two\nlines', ['a', 'b'], {}],
    name: ['a'.repeat(256), 'tab\there', 'bidi \u202e', ['a', 'b']],
    url: [
      'javascript:alert(1)',
      'data:text/html,x',
      'file:///etc/passwd',
      '/relative',
      'https://u:p@a.test',
      `https://a.test/${'a'.repeat(2048)}`,
    ],
    inboundAuthenticationTypes: [[{}], Array(65).fill('a'), ['a'.repeat(256)]],
  })) {
    it(`is refused for a bad ${field}, which the error names`, async () => {
      for (const value of values) {
        peer.answer = serve(JSON.stringify({ ...document, [field]: value }), 'application/json');
        expect(await refused(), JSON.stringify(value)).to.match(new RegExp(`unusable: ${field}\\.`));
      }
    });
  }

  for (const status of [201, 204, 401, 404, 500, 503]) {
    it(`is none with status ${status}`, async () => {
      peer.answer = serve(status === 204 ? '' : xml(document), 'application/xml', status);
      const error = await failure(fetched(), 'bad_answer');
      expect(error.answerStatus).to.equal(status);
      expect(error.message).to.include(`status ${status}`);
    });
  }

  it('is none when the peer redirects without saying where to', async () => {
    peer.answer = (_, res) => res.writeHead(302).end();
    expect(await refused()).to.include('status 302');
  });

  it('is none when the peer redirects to its login page', async () => {
    peer.answer = (_, res) => res.writeHead(302, { location: '/login?next=%2Frest' }).end();
    const error = await failure(fetched(), 'redirected');
    expect(error.location).to.equal(`${peer.url}/login`);
  });

  it('is none when a login page or a proxy answers instead, whose words are shown', async () => {
    peer.answer = serve(
      '<!DOCTYPE html><html><head><title>Log in</title><script>var secret = "<b>1</b>"</script></head>' +
        '<body class="x">Please\u0000 log&nbsp;in<br>to <b>Bitbucket</b></body></html>',
      'text/html;charset=utf-8',
    );
    const error = await failure(fetched(), 'bad_answer');
    expect(error.message).to.include('It sent a web page');
    expect(error.answer).to.equal('Log in Please log&nbsp;in to Bitbucket');
  });

  for (const [what, body, type] of [
    ['a DTD', `<!DOCTYPE manifest SYSTEM "x"><manifest/>`, 'application/xml'],
    [
      'entities',
      `<!DOCTYPE m [<!ENTITY x SYSTEM "file:///etc/passwd">]><manifest><id>&x;</id></manifest>`,
      'application/xml',
    ],
    ['an unknown entity', `<manifest><id>&x;</id></manifest>`, 'application/xml'],
    ['deep nesting', '<manifest>'.repeat(5000), 'application/xml'],
    ['deep nesting in JSON', '['.repeat(65_000), 'application/json'],
    ['a cut document', xml(document).slice(0, -20), 'application/xml'],
    ['another root', '<html/>', 'application/xml'],
    ['XHTML', '<manifest/>', 'application/xhtml+xml'],
    ['broken JSON', '{"id":', 'application/json'],
    ['a JSON array', '[]', 'application/json'],
    ['JSON null', 'null', 'application/json'],
    ['plain text', 'hello', 'text/plain'],
    ['XML called JSON', xml(document), 'application/json'],
    ['nothing', '', 'application/xml'],
    ['a wrong encoding', Buffer.from(xml({ ...document, name: 'é' }), 'latin1'), 'application/xml'],
    ['a wrong encoding in JSON', Buffer.from('{"id":"é"}', 'latin1'), 'application/json'],
  ] as const) {
    it(`is refused with ${what}`, async () => {
      peer.answer = serve(body, type);
      expect(await refused()).not.to.include('passwd');
    });
  }

  it('is refused above 64 KiB, with 10 MB read no further than that', async () => {
    peer.answer = serve(xml({ ...document, filler: 'a'.repeat(10_000_000) }));
    await failure(fetched(), 'too_large');
  });

  it('shows at most 500 characters of the peer, without markup and control characters', async () => {
    peer.answer = serve(`\u001b[31m<p onclick="x">${'<a<b>y '.repeat(8000)}`, 'text/plain', 500);
    const { answer = '' } = await failure(fetched(), 'bad_answer');
    expect(answer).to.have.length(500);
    expect(answer).not.to.match(/[<>\p{C}]/u);
  });

  it('is cleaned for showing in no time, however many tags are left open', async () => {
    for (const body of ['<'.repeat(60_000), '<script>'.repeat(8000), '<style '.repeat(9000)]) {
      peer.answer = serve(body, 'text/html', 500);
      const started = performance.now();
      await failure(fetched(), 'bad_answer');
      expect(performance.now() - started, body.slice(0, 10)).to.be.below(1000);
    }
  });
});
