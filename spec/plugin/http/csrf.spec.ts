import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect } from 'chai';
import express from 'express';
import { ApplinksError } from '../../../plugin/errors.js';
import { createCsrf } from '../../../plugin/http/csrf.js';
import { listen } from '../../support/listen.js';

const key = randomBytes(32);

interface Seen {
  cookie: string;
  token: string;
}

describe('The CSRF defence of our forms', () => {
  let server: Server;
  let baseUrl: string;
  before(async () => {
    server = createServer();
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const csrf = createCsrf(key, baseUrl);
    const app = express();
    app.get('/:user/:purpose', (req, res) => {
      res.send(csrf.token(req, res, req.params.user, req.params.purpose));
    });
    app.get('/:user/:purpose/and/:other', (req, res) => {
      const { user, purpose, other } = req.params;
      const tokens = [purpose, other].map((each) => csrf.token(req, res, user, each));
      res.send(tokens.join(' '));
    });
    app.post('/:user/:purpose', (req, res) => {
      try {
        csrf.require(req, req.params.user, req.params.purpose, req.get('x-token'));
        res.send('accepted');
      } catch (error) {
        if (!(error instanceof ApplinksError)) throw error;
        res.status(error.status).send(error.reason);
      }
    });
    server.on('request', app);
  });
  after(() => server.close());

  const see = async (user: string, purpose: string, cookie?: string): Promise<Seen> => {
    const response = await fetch(`${baseUrl}/${user}/${purpose}`, { headers: cookie ? { cookie } : {} });
    const set = response.headers.getSetCookie()[0] ?? '';
    return { cookie: set.split(';')[0] ?? '', token: await response.text() };
  };
  const send = async (
    user: string,
    purpose: string,
    seen: Seen,
    headers: Record<string, string> = {},
  ): Promise<string> => {
    const defaults = { 'sec-fetch-site': 'same-origin', cookie: seen.cookie, 'x-token': seen.token };
    const all = { ...defaults, ...headers };
    return new Promise((resolve, reject) => {
      const onward = request(`${baseUrl}/${user}/${purpose}`, { method: 'POST', headers: all }, (answer) => {
        let text = '';
        answer.on('data', (chunk: Buffer) => (text += chunk.toString()));
        answer.on('end', () => resolve(text));
      });
      onward.on('error', reject).end();
    });
  };

  it('accepts the form of the user who saw the page', async () => {
    expect(await send('ana', 'consent', await see('ana', 'consent'))).to.equal('accepted');
  });

  it('accepts every form of a page that has several, though it is the first page of the browser', async () => {
    const response = await fetch(`${baseUrl}/ana/revoke-1/and/revoke-2`);
    const [set, ...more] = response.headers.getSetCookie();
    expect(more).to.be.empty;
    const cookie = set!.split(';')[0]!;
    const [first = '', second = ''] = (await response.text()).split(' ');
    expect(await send('ana', 'revoke-1', { cookie, token: first })).to.equal('accepted');
    expect(await send('ana', 'revoke-2', { cookie, token: second })).to.equal('accepted');
    expect(await send('ana', 'revoke-1', { cookie, token: second })).to.equal('form token wrong');
  });

  it('keeps the cookie of the browser over several pages', async () => {
    const first = await see('ana', 'one');
    const second = await see('ana', 'two', first.cookie);
    expect(second.cookie).to.equal(first.cookie);
    expect(await send('ana', 'one', first)).to.equal('accepted');
    expect(await send('ana', 'two', second)).to.equal('accepted');
  });

  it('refuses the token of another user in the same browser', async () => {
    const mine = await see('rob', 'consent');
    expect(await send('ana', 'consent', mine)).to.equal('form token wrong');
  });

  it('refuses the token of another purpose', async () => {
    expect(await send('ana', 'delete', await see('ana', 'consent'))).to.equal('form token wrong');
  });

  it('refuses the token of another browser', async () => {
    const [mine, other] = [await see('ana', 'consent'), await see('ana', 'consent')];
    expect(await send('ana', 'consent', { cookie: mine.cookie, token: other.token })).to.equal(
      'form token wrong',
    );
  });

  it('refuses without cookie, without token, and with a changed token', async () => {
    const seen = await see('ana', 'consent');
    expect(await send('ana', 'consent', { ...seen, cookie: '' })).to.equal('cookie or form token missing');
    expect(await send('ana', 'consent', { ...seen, token: '' })).to.equal('form token wrong');
    expect(await send('ana', 'consent', { ...seen, token: seen.token.slice(1) })).to.equal(
      'form token wrong',
    );
  });

  for (const site of ['cross-site', 'same-site', 'none']) {
    it(`refuses what the browser calls ${site}, whatever Origin says`, async () => {
      const seen = await see('ana', 'consent');
      const headers = { 'sec-fetch-site': site, origin: baseUrl };
      expect(await send('ana', 'consent', seen, headers)).to.equal('request from another origin');
    });
  }

  it('goes by Origin where the browser sends no Sec-Fetch-Site', async () => {
    const app = express();
    const csrf = createCsrf(key, 'http://ci.example.test/ci');
    app.post('/', (req, res) => {
      const answers = { 'http://ci.example.test': true, 'http://evil.test': false, null: false, '': false };
      const outcomes = Object.keys(answers).map((origin) => {
        if (origin === '') delete req.headers.origin;
        else req.headers.origin = origin;
        try {
          csrf.require(req, 'ana', 'x', undefined);
        } catch (error) {
          return (error as ApplinksError).reason;
        }
        return 'accepted';
      });
      res.json(outcomes);
    });
    const small = app.listen(0, '127.0.0.1');
    await once(small, 'listening');
    const { port } = small.address() as AddressInfo;
    const text = await new Promise<string>((resolve, reject) => {
      request({ port, host: '127.0.0.1', method: 'POST' }, (answer) => {
        answer.on('data', (chunk: Buffer) => resolve(chunk.toString()));
      })
        .on('error', reject)
        .end();
    });
    small.close();
    const elsewhere = 'request from another origin';
    expect(JSON.parse(text)).to.deep.equal(['cookie or form token missing', elsewhere, elsewhere, elsewhere]);
  });

  it('sets a __Host- cookie that is Secure where the base URL is https', async () => {
    const csrf = createCsrf(key, 'https://ci.example.test/ci');
    const app = express();
    app.get('/', (req, res) => void res.send(csrf.token(req, res, 'ana', 'x')));
    const behindTls = await listen(app);
    const [cookie] = (await fetch(behindTls.url)).headers.getSetCookie();
    await behindTls.close();
    expect(cookie).to.match(/^__Host-applinks_csrf=[\w-]{43}; Path=\/; HttpOnly; SameSite=Lax; Secure$/);
  });
});
