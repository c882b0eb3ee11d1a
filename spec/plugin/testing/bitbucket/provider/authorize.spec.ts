import { expect } from 'chai';
import { createBrowser, type Page } from '../../../../../plugin/testing/index.js';
import { callback, callingApp, paths, type CallingApp, type Token } from './calling-app.js';

describe('c9: authorise (6.4)', () => {
  let app: CallingApp;
  let asked: Token;
  beforeEach(async () => {
    app = await callingApp();
    asked = await app.newRequestToken();
  });
  afterEach(() => app.stop());

  const url = (query: Record<string, string>): string =>
    `${app.standIn.url}${paths.authorize}?${new URLSearchParams(query).toString()}`;
  const openAs = async (user: string, query: Record<string, string>): Promise<Page> =>
    (await app.browserOf(user)).get(url(query));

  describe('c9: consent page', () => {
    it('names consumer and user, carries the token, and offers two buttons', async () => {
      const page = await openAs('ana', { oauth_token: asked.token });
      expect(page.status).to.equal(200);
      expect(page.textOf('consumer')).to.equal('Sample CI');
      expect(page.textOf('user')).to.equal('ana');
      expect(page.text).to.include('Builds things');
      const form = page.forms[0]!;
      expect(Object.fromEntries(form.fields)).to.include({ oauth_token: asked.token });
      expect(form.buttons.map(({ name }) => name)).to.deep.equal(['approve', 'deny']);
      expect(page.text).to.include(paths.tokens);
    });

    it('is framed by its own origin only', async () => {
      const page = await openAs('ana', { oauth_token: asked.token });
      expect(page.header('X-Frame-Options')).to.equal('SAMEORIGIN');
      expect(page.header('Content-Security-Policy')).to.include("frame-ancestors 'self'");
    });

    it('comes again when neither button was pressed', async () => {
      const browser = await app.browserOf('ana');
      const page = await browser.get(url({ oauth_token: asked.token }));
      const again = await browser.post(page.url, Object.fromEntries(page.forms[0]!.fields));
      expect(again.textOf('consumer')).to.equal('Sample CI');
      expect(app.standIn.issued.get(asked.token)?.decision).to.equal('undecided');
    });

    it('asks who is not logged in to do so, and comes back', async () => {
      const browser = createBrowser();
      const login = await browser.get(url({ oauth_token: asked.token }));
      expect(new URL(login.url).pathname).to.equal('/login');
      const page = await browser.submit(login, { fields: { j_username: 'ben', j_password: 'ben' } });
      expect(page.textOf('user')).to.equal('ben');
    });

    for (const atl_token of ['', 'forged']) {
      it(`refuses an answer with the form token "${atl_token}"`, async () => {
        const browser = await app.browserOf('ana');
        const answer = { oauth_token: asked.token, approve: 'Allow', atl_token };
        const page = await browser.post(app.standIn.url + paths.authorize, answer);
        expect(page.status).to.equal(403);
        expect(app.standIn.issued.get(asked.token)?.decision).to.equal('undecided');
      });
    }

    it("refuses another session's form token", async () => {
      const page = await openAs('ben', { oauth_token: asked.token });
      const fields = { ...Object.fromEntries(page.forms[0]!.fields), approve: 'Allow' };
      const answer = await (await app.browserOf('ana')).post(app.standIn.url + paths.authorize, fields);
      expect(answer.status).to.equal(403);
    });
  });

  describe('c9: answer', () => {
    it('approve leads to the callback of the request token, its query kept', async () => {
      const page = await app.decide(asked, 'ana', 'Allow');
      expect(page.status).to.equal(302);
      expect(page.header('Location')).to.match(
        new RegExp(
          `^http://ci\\.example\\.test/back\\?a=1&oauth_token=${asked.token}&oauth_verifier=[A-Za-z0-9]{6}$`,
        ),
      );
    });

    it('deny leads there with the verifier "denied"', async () => {
      const page = await app.decide(asked, 'ana', 'Deny');
      expect(page.header('Location')).to.equal(
        `${callback}&oauth_token=${asked.token}&oauth_verifier=denied`,
      );
    });

    it('never leads to an oauth_callback of the address', async () => {
      const page = await app.decide(asked, 'ana', 'Allow', { oauth_callback: 'http://evil.example/' });
      expect(page.header('Location')).to.match(/^http:\/\/ci\.example\.test\//);
    });

    it('shows the verifier when there is no callback (oob)', async () => {
      const oob = await app.newRequestToken('oob');
      const page = await app.decide(oob, 'ana', 'Allow');
      expect(page.status).to.equal(200);
      expect(page.textOf('oauth-verifier')).to.equal(app.standIn.issued.get(oob.token)?.verifier);
    });

    it('shows that it was denied when there is no callback', async () => {
      const page = await app.decide(await app.newRequestToken('oob'), 'ana', 'Deny');
      expect(page.textOf('decision')).to.include('did not');
      expect(page.textOf('oauth-verifier')).to.equal(undefined);
    });

    it('falls back to the registered callback', async () => {
      app.consumer.callback = 'http://registered.example.test/cb';
      const oob = await app.newRequestToken('oob');
      const page = await app.decide(oob, 'ana', 'Allow');
      expect(page.header('Location')).to.match(/^http:\/\/registered\.example\.test\/cb\?oauth_token=/);
    });
  });

  describe('c9: OAuth 1.0', () => {
    beforeEach(async () => {
      const { fields } = await app.requestToken({ protocol: {} });
      asked = { token: fields.oauth_token!, secret: fields.oauth_token_secret! };
    });

    it('leads to the oauth_callback of the address, without a verifier', async () => {
      const page = await app.decide(asked, 'ana', 'Allow', { oauth_callback: callback });
      expect(page.header('Location')).to.equal(`${callback}&oauth_token=${asked.token}`);
    });

    it('else to the registered one', async () => {
      app.consumer.callback = 'http://registered.example.test/cb';
      const page = await app.decide(asked, 'ana', 'Allow');
      expect(page.header('Location')).to.equal(
        `http://registered.example.test/cb?oauth_token=${asked.token}`,
      );
    });

    for (const bad of ['', 'javascript:alert(1)']) {
      it(`else ("${bad}") ends on a page`, async () => {
        const page = await app.decide(asked, 'ana', 'Allow', { oauth_callback: bad });
        expect(page.status).to.equal(200);
        expect(page.textOf('decision')).to.include('You let');
      });
    }
  });

  describe('c9: problems, before the login', () => {
    const problemOf = async (query: Record<string, string>) => {
      const page = await createBrowser({ redirects: 0 }).get(url(query));
      const type = page.header('Content-Type') ?? '';
      const challenge = page.header('WWW-Authenticate') ?? '';
      return { status: page.status, problem: page.textOf('oauth-problem'), type, challenge };
    };

    it('no token is parameter_absent, as an HTML page with the challenge', async () => {
      const { status, problem, type, challenge } = await problemOf({});
      expect({ status, problem }).to.deep.equal({ status: 400, problem: 'parameter_absent' });
      expect(type).to.match(/^text\/html/);
      expect(challenge).to.include('oauth_problem="parameter_absent", oauth_parameters_absent="oauth_token"');
    });

    it('an unknown token and an access token are token_rejected', async () => {
      const { token } = await app.connect('ana');
      for (const oauth_token of ['unknown', token]) {
        expect(await problemOf({ oauth_token })).to.include({ status: 401, problem: 'token_rejected' });
      }
    });

    for (const button of ['Allow', 'Deny']) {
      it(`a token after "${button}" is token_used`, async () => {
        await app.decide(asked, 'ana', button);
        expect(await problemOf({ oauth_token: asked.token })).to.include({
          status: 401,
          problem: 'token_used',
        });
      });
    }

    it('one that is older than ten minutes is token_expired', async () => {
      app.pass(601);
      expect(await problemOf({ oauth_token: asked.token })).to.include({
        status: 401,
        problem: 'token_expired',
      });
    });
  });
});

describe('c9: token page of the user (6.1)', () => {
  let app: CallingApp;
  beforeEach(async () => {
    app = await callingApp();
  });
  afterEach(() => app.stop());

  it('lists what this user has allowed, and revokes it', async () => {
    const { token } = await app.connect('ana');
    await app.connect('ben');
    const browser = await app.browserOf('ana');
    const page = await browser.get(app.standIn.url + paths.tokens);
    expect(page.forms).to.have.lengthOf(1);
    expect(page.text).to.include('Sample CI');
    const after = await browser.submit(page);
    expect(after.status).to.equal(200);
    expect(after.text).to.include('You have let no application in');
    expect(app.standIn.issued.has(token)).to.equal(false);
    expect(app.standIn.issued.size).to.equal(1);
  });

  it('a revoked token is token_rejected', async () => {
    const { token, secret: tokenSecret } = await app.connect('ana');
    const browser = await app.browserOf('ana');
    await browser.submit(await browser.get(app.standIn.url + paths.tokens));
    const answer = await app.call(paths.whoAmI, { token, tokenSecret });
    expect(answer.fields.oauth_problem).to.equal('token_rejected');
  });

  it('is 401 for who is not logged in, 400 without a field, 200 for an unknown token', async () => {
    const browser = await app.browserOf('ana');
    await app.connect('ana');
    const page = await browser.get(app.standIn.url + paths.tokens);
    const atl_token = Object.fromEntries(page.forms[0]!.fields).atl_token!;
    const post = async (by: typeof browser, fields: Record<string, string>): Promise<number> =>
      (await by.post(app.standIn.url + paths.tokens, fields)).status;
    expect(await post(createBrowser(), { token: 'x' })).to.equal(401);
    expect(await post(browser, { atl_token })).to.equal(400);
    expect(await post(browser, { atl_token, token: 'unknown' })).to.equal(200);
    expect(await post(browser, { token: 'unknown' })).to.equal(403);
  });

  it("is 401 for another user's token, which stays", async () => {
    const { token } = await app.connect('ben');
    await app.connect('ana');
    const browser = await app.browserOf('ana');
    const page = await browser.get(app.standIn.url + paths.tokens);
    const atl_token = Object.fromEntries(page.forms[0]!.fields).atl_token!;
    const answer = await browser.post(app.standIn.url + paths.tokens, { atl_token, token });
    expect(answer.status).to.equal(401);
    expect(app.standIn.issued.has(token)).to.equal(true);
  });
});
