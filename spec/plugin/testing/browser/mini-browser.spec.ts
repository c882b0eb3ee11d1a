import { expect } from 'chai';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createBrowser } from '../../../../plugin/testing/index.js';
import { createCookieJar } from '../../../../plugin/testing/browser/cookie-jar.js';

type Handler = (request: IncomingMessage, response: ServerResponse, body: string) => void;

describe('mini browser', () => {
  const servers: Server[] = [];

  const serve = async (handle: Handler): Promise<string> => {
    const server = createServer((request, response) => {
      let body = '';
      request.on('data', (chunk: Buffer) => (body += chunk.toString()));
      request.on('end', () => handle(request, response, body));
    });
    servers.push(server);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  };
  afterEach(() => {
    for (const server of servers.splice(0)) server.close().closeAllConnections();
  });

  it('follows redirects, turning POST into GET, and tells where it has been', async () => {
    const url = await serve((request, response) => {
      if (request.url === '/') response.writeHead(302, { Location: '/two' }).end();
      else if (request.url === '/two') response.writeHead(303, { Location: 'three' }).end();
      else response.end(`${request.method ?? ''} ${request.url ?? ''}`);
    });
    const page = await createBrowser().post(`${url}/`, { a: '1' });
    expect(page.text).to.equal('GET /three');
    expect(page.visited).to.deep.equal([`${url}/`, `${url}/two`, `${url}/three`]);
    expect(page.url).to.equal(`${url}/three`);
  });

  it('repeats method and body on 307', async () => {
    const url = await serve((request, response, body) => {
      if (request.url === '/') response.writeHead(307, { Location: '/two' }).end();
      else response.end(`${request.method ?? ''} ${body}`);
    });
    expect((await createBrowser().post(`${url}/`, { a: '1' })).text).to.equal('POST a=1');
  });

  it('stops after as many redirects as it was told', async () => {
    const url = await serve((_, response) => response.writeHead(302, { Location: '/' }).end());
    expect((await createBrowser().get(url)).visited).to.have.lengthOf(21);
    const page = await createBrowser({ redirects: 0 }).get(url);
    expect(page.status).to.equal(302);
    expect(page.header('location')).to.equal('/');
  });

  it('goes on where a page sends it at once, as from that page, and stays where there is a wait', async () => {
    const url = await serve((request, response) => {
      const meta = (content: string): string => `<meta http-equiv="refresh" content="${content}">`;
      if (request.url === '/') response.end(meta('0;url=/two?a=1&amp;b=2'));
      else if (request.url === '/loop') response.end(meta('0; url=/loop'));
      else response.end(`${request.headers.referer ?? ''} ${meta('5;url=/three')}`);
    });
    const page = await createBrowser().get(`${url}/`);
    expect(page.visited).to.deep.equal([`${url}/`, `${url}/two?a=1&b=2`]);
    expect(page.text).to.include(`${url}/ `);
    expect((await createBrowser({ redirects: 0 }).get(`${url}/`)).url).to.equal(`${url}/`);
    expect((await createBrowser({ redirects: 2 }).get(`${url}/loop`)).visited).to.have.lengthOf(3);
  });

  it('keeps cookies, and shows them to another port of the same host as real browsers do', async () => {
    const first = await serve((_, response) =>
      response.writeHead(200, { 'Set-Cookie': 'sid=1; Path=/; HttpOnly' }).end(),
    );
    const second = await serve((request, response) => response.end(request.headers.cookie ?? 'none'));
    const browser = createBrowser();
    await browser.get(first);
    expect((await browser.get(second)).text).to.equal('sid=1');
    browser.cookies.clear();
    expect((await browser.get(second)).text).to.equal('none');
  });

  it('submits a form with its hidden fields, the given ones and the pressed button', async () => {
    const url = await serve((request, response, body) => {
      if (request.method === 'POST') response.end(body);
      else {
        response.end(
          '<form method="post"><input type="hidden" name="csrf" value="t&amp;1"><input name="user">' +
            '<button name="go" value="yes">Allow</button><button name="go" value="no">Deny</button></form>',
        );
      }
    });
    const browser = createBrowser();
    const page = await browser.get(url);
    const allowed = await browser.submit(page, { fields: { user: 'ana' } });
    expect(allowed.text).to.equal('csrf=t%261&user=ana&go=yes');
    expect((await browser.submit(page, { button: 'Deny' })).text).to.equal('csrf=t%261&user=&go=no');
    expect(() => browser.submit(page, { button: 'Maybe' })).to.throw('has no button "Maybe"');
    expect(() => browser.submit(page, { form: 1 })).to.throw('has no form 1');
  });

  it('submits a GET form as a query', async () => {
    const url = await serve((request, response) => {
      response.end(
        request.url === '/' ? '<form action="/find?old=1"><input name="q" value="a b"></form>' : request.url,
      );
    });
    const browser = createBrowser();
    expect((await browser.submit(await browser.get(`${url}/`))).text).to.equal('/find?q=a%20b');
  });

  it('says where a form was sent from, over redirects too, as far as the page allows', async () => {
    const url = await serve((request, response) => {
      const { referer = 'nothing' } = request.headers;
      if (request.url === '/hop') response.writeHead(302, { Location: '/end' });
      if (request.url === '/private') response.setHeader('Referrer-Policy', 'no-referrer');
      response.end(`<form method="post" action="/hop"></form>${referer}`);
    });
    const browser = createBrowser();
    const page = await browser.get(`${url}/page?a=b`);
    expect(page.text).to.include('nothing');
    expect((await browser.submit(page)).text).to.include(`${url}/page?a=b`);
    expect((await browser.post(`${url}/page`, {})).text).to.include('nothing');
    expect((await browser.submit(await browser.get(`${url}/private`))).text).to.include('nothing');
  });

  describe('sends Origin and Sec-Fetch-Site as Chromium does', () => {
    const echo: Handler = (request, response) => {
      const { origin = '-' } = request.headers;
      response.end(
        `<form method="post" action="/x"></form>${origin} ${String(request.headers['sec-fetch-site'])}`,
      );
    };

    it('nothing and none when an address is typed', async () => {
      expect((await createBrowser().get(await serve(echo))).text).to.include('- none');
    });

    it('its own origin and same-origin from its own page', async () => {
      const url = await serve(echo);
      const browser = createBrowser();
      const page = await browser.submit(await browser.get(url));
      expect(page.text).to.include(`${url} same-origin`);
    });

    it('the foreign origin and same-site from a page on another port', async () => {
      const url = await serve(echo);
      const other = await serve((_, response) =>
        response.end(`<form method="post" action="${url}/x"></form>`),
      );
      const browser = createBrowser();
      expect((await browser.submit(await browser.get(other))).text).to.include(`${other} same-site`);
    });

    it('the foreign origin and cross-site from a page on another host', async () => {
      const url = await serve(echo);
      const other = (
        await serve((_, response) => response.end(`<form method="post" action="${url}/x"></form>`))
      ).replace('127.0.0.1', '127.0.0.2');
      const browser = createBrowser();
      const form = { action: `${url}/x`, method: 'POST', fields: [], buttons: [] } as const;
      const page = {
        url: other,
        status: 200,
        text: '',
        forms: [form],
        header: () => undefined,
        textOf: () => undefined,
        visited: [],
      };
      expect((await browser.submit(page)).text).to.include(`${other} cross-site`);
    });
  });
});

describe('cookie jar', () => {
  const url = new URL('https://h/app/page');

  it('replaces a cookie of the same name and path', () => {
    const jar = createCookieJar();
    jar.store(url, 'a=1; Path=/');
    jar.store(url, 'a=2; Path=/');
    jar.store(url, 'a=3=3; Path=/app');
    expect(jar.header(url)).to.equal('a=2; a=3=3');
  });

  for (const dead of ['Max-Age=0', 'Max-Age=-1', 'Expires=Thu, 01 Jan 1970 00:00:00 GMT']) {
    it(`forgets a cookie on ${dead}`, () => {
      const jar = createCookieJar();
      jar.store(url, 'a=1; Path=/');
      jar.store(url, `a=; Path=/; ${dead}`);
      expect(jar.header(url)).to.equal('');
    });
  }

  it('keeps to the path, that of the page by default', () => {
    const jar = createCookieJar();
    jar.store(url, 'a=1');
    expect(jar.header(new URL('https://h/app/other'))).to.equal('a=1');
    expect(jar.header(new URL('https://h/apple'))).to.equal('');
    expect(jar.header(new URL('https://h/'))).to.equal('');
  });

  it('keeps to the host, and secure cookies to https', () => {
    const jar = createCookieJar();
    jar.store(url, 'a=1; Path=/; Secure');
    expect(jar.header(new URL('http://h/'))).to.equal('');
    expect(jar.header(new URL('https://other/'))).to.equal('');
    expect(jar.header(new URL('https://h/'))).to.equal('a=1');
  });
});
