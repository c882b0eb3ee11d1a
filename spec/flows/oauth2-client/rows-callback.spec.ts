/** Our client at the browser, row by row of oauth2.md part 7: what is sent with it, and what is taken back from it. */
import { createHash } from 'node:crypto';
import { expect } from 'chai';
import type { Page } from 'express-applinks/testing';
import { minuteMs } from '../../support/clock.js';
import { startOAuth2Link, loggedIn, type OAuth2Link } from '../../support/oauth2-link.js';

describe('OAuth 2.0 client, at the browser', () => {
  let link: OAuth2Link;
  beforeEach(async () => {
    link = await startOAuth2Link({ scopes: ['REPO_READ', 'ACCOUNT_WRITE'] });
  });
  afterEach(() => link.close());

  const authorizeQuery = (): URLSearchParams => link.provider.requests('/authorize').at(-1)!.query;
  const tokenRequests = () => link.provider.requests('/token');
  const with_ = (url: string, change: (query: URLSearchParams) => void): string => {
    const changed = new URL(url);
    change(changed.searchParams);
    return changed.href;
  };
  const expectRefused = (page: Page, status = 400): void => {
    expect(page.status, page.text).to.equal(status);
    expect(page.header('cache-control')).to.equal('no-store');
    expect(tokenRequests(), 'no token request').to.have.length(0);
  };

  describe('row 1: state', () => {
    it('is 256 random bits, used once, with a cookie of the browser', async () => {
      const [browser, callback] = await link.callback();
      const state = new URL(callback).searchParams.get('state') ?? '';
      expect(Buffer.from(state, 'base64url')).to.have.length(32);
      expect((await browser.get(callback)).status).to.equal(303);
      expect((await browser.get(callback)).status, 'used').to.equal(400);
      expect(tokenRequests()).to.have.length(1);
    });

    it('goes with a cookie for ten minutes that no script reads and no other site’s form brings', async () => {
      const browser = await loggedIn(link.app.baseUrl, 'ana', 0);
      const page = await browser.get(link.startUrl());
      expect(page.header('set-cookie')).to.match(
        /^applinks_connect_[\w-]{16}=[\w-]{43}; Path=\/; HttpOnly; SameSite=Lax; Max-Age=600$/,
      );
    });

    it('missing, unknown or misshapen: 400 and no token request', async () => {
      const [browser, callback] = await link.callback();
      for (const change of [
        (query: URLSearchParams) => query.delete('state'),
        (query: URLSearchParams) => query.set('state', 'x'.repeat(43)),
        (query: URLSearchParams) => query.set('state', 'x'),
        (query: URLSearchParams) => query.set('state', 'x'.repeat(5000)),
      ])
        expectRefused(await browser.get(with_(callback, change)));
    });

    it('expired: 400', async () => {
      const [browser, callback] = await link.callback();
      link.clock.advance(11 * minuteMs);
      expectRefused(await browser.get(callback));
    });

    it('of another user or browser: 400, and the one who began still can', async () => {
      const [browser, callback] = await link.callback('ana');
      expectRefused(await (await loggedIn(link.app.baseUrl, 'rob')).get(callback));
      expectRefused(await (await loggedIn(link.app.baseUrl, 'ana')).get(callback));
      expect((await browser.get(callback)).status).to.equal(303);
    });

    it('fixed by an attacker who begins and lets a victim finish: 400', async () => {
      const [, callback] = await link.callback('rob');
      expectRefused(await (await loggedIn(link.app.baseUrl, 'ana')).get(callback));
    });

    it('of several flows in one browser at once', async () => {
      const browser = await loggedIn(link.app.baseUrl, 'ana', 0);
      const begun = [await browser.get(link.startUrl()), await browser.get(link.startUrl())];
      for (const page of begun.reverse()) {
        const back = await browser.get(page.header('location') ?? '');
        expect((await browser.get(back.header('location') ?? '')).status).to.equal(303);
      }
    });
  });

  it('row 2: PKCE with S256, verifier of 43 characters on our side only', async () => {
    const [browser, callback] = await link.callback();
    const challenge = authorizeQuery().get('code_challenge');
    expect(authorizeQuery().get('code_challenge_method')).to.equal('S256');
    await browser.get(callback);
    const { code_verifier: verifier = '' } = tokenRequests()[0]!.fields;
    expect(verifier).to.match(/^[\w-]{43}$/);
    expect(createHash('sha256').update(verifier).digest('base64url')).to.equal(challenge);
  });

  it('row 2: a code of somebody else’s authorisation, put into one’s own answer, brings nothing', async () => {
    const [, stolen] = await link.callback('rob');
    const [browser, callback] = await link.callback('ana');
    const code = new URL(stolen).searchParams.get('code') ?? '';
    const page = await browser.get(with_(callback, (query) => query.set('code', code)));
    expect(page.status).to.equal(502);
    expect(tokenRequests()).to.have.length(1);
    expect(await link.app.applinks.accounts.list({})).to.deep.equal([]);
  });

  it('row 3: the answer of one peer at the callback of another: 400 and no token request', async () => {
    const other = await link.ask('POST', '/oauth2-links', {
      ...{ preset: 'bitbucket', name: 'Other', url: link.provider.url },
    });
    const { callbackUrl } = other.json.connection as { callbackUrl: string };
    const [browser, callback] = await link.callback();
    expectRefused(await browser.get(`${callbackUrl}${new URL(callback).search}`));
    expect((await browser.get(callback)).status).to.equal(303);
  });

  describe('row 4: iss', () => {
    const issuing = async (iss: string | null, announced?: boolean): Promise<Page> => {
      const { url } = link.provider;
      if (announced !== undefined)
        link.provider.metadata = {
          issuer: url,
          authorization_endpoint: `${url}/rest/oauth2/latest/authorize`,
          token_endpoint: `${url}/rest/oauth2/latest/token`,
          authorization_response_iss_parameter_supported: announced,
        };
      if (iss !== null) link.provider.sendBack = (query) => query.set('iss', iss);
      const [browser, callback] = await link.callback();
      return browser.get(callback);
    };
    it('announced and there', async () => {
      expect((await issuing(link.provider.url, true)).status).to.equal(303);
    });
    it('announced and absent: 400', async () => {
      expectRefused(await issuing(null, true));
    });
    it('announced and another: 400', async () => {
      expectRefused(await issuing('https://evil.example', true));
    });
    it('not announced and another: 400', async () => {
      expectRefused(await issuing('https://evil.example'));
    });
    it('not announced and absent, as Atlassian’s', async () => {
      expect((await issuing(null)).status).to.equal(303);
    });
  });

  it('row 5: the redirect URI is absolute, of this link, and the same bytes in both requests', async () => {
    const [browser, callback] = await link.callback();
    await browser.get(callback);
    const expected = `${link.app.baseUrl}/applinks/callback/oauth2/${link.linkId}`;
    expect(authorizeQuery().get('redirect_uri')).to.equal(expected);
    expect(tokenRequests()[0]!.fields.redirect_uri).to.equal(expected);
  });

  it('row 6: scope is always sent, single spaces, nothing that is not asked for', async () => {
    await link.callback();
    expect(authorizeQuery().get('scope')).to.equal('ACCOUNT_WRITE REPO_READ');
    expect(authorizeQuery().get('response_type')).to.equal('code');
    expect([...authorizeQuery().keys()].sort()).to.deep.equal([
      'client_id',
      'code_challenge',
      'code_challenge_method',
      'redirect_uri',
      'response_type',
      'scope',
      'state',
    ]);
  });

  describe('row 7: callback parameters', () => {
    for (const [what, change] of [
      ['a state given twice', (query: URLSearchParams) => query.append('state', 'x')],
      ['a code given twice', (query: URLSearchParams) => query.append('code', 'x')],
      [
        'an unknown one given twice',
        (query: URLSearchParams) => {
          query.append('x', '1');
          query.append('x', '2');
        },
      ],
      ['neither code nor error', (query: URLSearchParams) => query.delete('code')],
      ['an empty code', (query: URLSearchParams) => query.set('code', '')],
      ['a code that is too long', (query: URLSearchParams) => query.set('code', 'x'.repeat(2049))],
      ['a code that is not ASCII', (query: URLSearchParams) => query.set('code', 'cödé')],
    ] as const) {
      it(`${what}: 400 and no token request`, async () => {
        const [browser, callback] = await link.callback();
        expectRefused(await browser.get(with_(callback, change)));
      });
    }

    it('error wins over code; the peer’s text is escaped, cut, and labelled as its text', async () => {
      const [browser, callback] = await link.callback();
      const page = await browser.get(
        with_(callback, (query) => {
          query.set('error', 'server_error');
          query.set('error_description', `<b onclick=x>bold</b> ${'y'.repeat(500)}`);
        }),
      );
      expectRefused(page);
      const said = page.textOf('peer-text') ?? '';
      expect(said).to.include('Text from The peer').and.include('bold');
      expect(page.text).not.to.include('<b onclick').and.not.include('y'.repeat(201));
    });
  });

  it('row 7: no page shows what a stranger puts into the address', async () => {
    const [browser, callback] = await link.callback();
    const stray = with_(callback, (query) => {
      query.set('state', `mark${'x'.repeat(39)}`);
      for (const name of ['error', 'error_description', 'error_uri', 'iss', 'markname'])
        query.set(name, 'mark<script>');
    });
    for (const url of [stray, `${stray}&markname=mark`]) {
      const page = await browser.get(url);
      expectRefused(page);
      expect(page.text).not.to.include('mark');
    }
    const page = await browser.get(
      with_(callback, (query) => {
        query.set('error', '<i>mark</i>');
        query.set('error_uri', 'https://evil.example/');
      }),
    );
    expect(page.text).to.include('mark').and.not.include('<i>').and.not.include('evil.example');
  });

  describe('row 20: errors of the peer', () => {
    const refusedWith = async (error: string, description?: string): Promise<Page> => {
      link.provider.sendBack = (query) => {
        query.delete('code');
        query.set('error', error);
        if (description !== undefined) query.set('error_description', description);
      };
      return link.connect();
    };
    it('access_denied: you declined', async () => {
      expectRefused(await refusedWith('access_denied'), 200);
    });
    it('invalid_scope: it allows less than we ask, and what that is', async () => {
      const page = await refusedWith('invalid_scope');
      expectRefused(page);
      expect(page.text).to.include('allows less than').and.include('ACCOUNT_WRITE REPO_READ');
    });
    it('any other one: its text', async () => {
      expect((await refusedWith('strange', 'Because.')).textOf('peer-text')).to.include('strange: Because.');
    });
  });

  it('row 21: who never came back is told why that may be, here and in the test', async () => {
    const browser = await loggedIn(link.app.baseUrl, 'ana', 0);
    await browser.get(link.startUrl());
    const page = await browser.get(link.startUrl().replace('?start=1', ''));
    expect(page.status).to.equal(200);
    expect(page.textOf('not-returned')).to.include('redirect URI and client ID');
    expect(page.text).to.include('If The peer shows an error page: check redirect URI and client ID');
    link.clock.advance(11 * minuteMs);
    const ana = link.app.host.findUser('id-ana')!;
    const status = await link.app.applinks.client(link.linkId).status(ana);
    expect(status).to.include({ working: false, type: 'OAUTH2_NOT_FINISHED' });
    expect(status.cure).to.include('redirect URI and client ID');
    await link.connect();
    expect((await browser.get(link.startUrl().replace('?start=1', ''))).textOf('not-returned')).to.equal(
      undefined,
    );
  });

  it('row 28: the callback goes on by 303 to the stored path, uncached and without a referrer', async () => {
    const [browser, callback] = await link.callback('ana', '&returnTo=/whoami');
    const page = await browser.get(with_(callback, (query) => query.set('returnTo', '/evil')));
    expect(page.status).to.equal(303);
    expect(page.header('location')).to.equal('/whoami');
    expect(page.header('cache-control')).to.equal('no-store');
    expect(page.header('referrer-policy')).to.equal('no-referrer');
    const again = await browser.get(callback);
    expect(again.status).to.equal(400);
    expect(again.header('referrer-policy')).to.equal('no-referrer');
    const [other, second] = await link.callback('ana', '&returnTo=//evil.example');
    expect((await other.get(second)).header('location')).to.match(/\/applinks\/connect\/[^/]+\/done$/);
  });

  it('asks first when another site has sent the browser, whatever the address says', async () => {
    const browser = await link.browser();
    const answer = await fetch(link.startUrl(), {
      redirect: 'manual',
      headers: {
        cookie: browser.cookies.header(new URL(link.app.baseUrl)),
        'sec-fetch-site': 'cross-site',
      },
    });
    expect(answer.status).to.equal(200);
    expect(await answer.text()).to.include('see, clone and fork repositories');
    expect(link.provider.requests('/authorize')).to.have.length(0);
  });

  it('a change of the settings meanwhile ends what is under way', async () => {
    const [browser, callback] = await link.callback();
    await link.ask('PUT', link.path, { scopes: ['REPO_ADMIN'] });
    expectRefused(await browser.get(callback), 409);
  });
});
