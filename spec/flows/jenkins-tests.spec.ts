/**
 * The tests of Jenkins's own application link module, as contract tests (jenkins-integration.md part D). D1 is played
 * here, by a client that is not ours, on Jenkins's paths. The rows of D3 are held elsewhere:
 *
 * | row of D                                | held by                                                                |
 * |-----------------------------------------|------------------------------------------------------------------------|
 * | D1 1 (crumb)                            | not applicable: anti-CSRF of Jenkins; ours is in plugin/http/csrf.spec |
 * | D1 2 (create the consumer)              | here by the form; plugin/admin/pages-new-link.spec                     |
 * | D1 3 to 8, 5b                           | here                                                                   |
 * | D2 (build actions, link by REST)        | flows/stand-in.spec                                                    |
 * | RequestTokenRestEndpointTest            | flows/request-token.spec                                               |
 * | AccessTokenRestEndpointTest             | flows/access-token.spec                                                |
 * | OAuth1aRequestFilterTest                | flows/resource.spec; consumer gone: flows/lifecycle.spec;              |
 * |                                         | unexpected error: flows/stand-in.spec (500, and no challenge: AL 5.4   |
 * |                                         | would read it as a refusal); user gone: 401 token_rejected, not 403;   |
 * |                                         | the mark "already authenticated": flows/advisories.spec (there is none)|
 * |                                         | security off: not applicable, there is no such mode                    |
 * | OauthCrumbExclusionTest                 | flows/advisories.spec (SECURITY-3434)                                  |
 * | BitbucketWebhookCrumbExclusionTest      | with the webhooks, in a later issue                                    |
 * | AuthorizeConfirmationConfigTest         | flows/consent.spec                                                     |
 * | OAuthConsumerEntryTest                  | here for keys; plugin/admin/pages-new-link.spec, pages-access.spec     |
 * | OAuthTokenConfigurationTest             | plugin/admin/pages-tokens.spec                                         |
 * | OAuthFilterRegistrarTest                | not applicable: servlet filters; a host mounts the router itself       |
 * | ServiceProviderTokenFactoryImplTest     | flows/access-token.spec; refusals: plugin/store/contract.spec          |
 * | PersistentServiceProviderTokenStoreTest | plugin/store/contract.spec, persistence.spec                           |
 * | PersistentServiceProviderConsumerStore… | plugin/store/contract.spec, persistence.spec                           |
 * | RandomizerImplTest                      | here                                                                   |
 * | build status, webhook, HTTP classes     | with their features, in later issues                                   |
 */
import { expect } from 'chai';
import { OAuth } from 'oauth';
import { InvalidInput } from 'express-applinks';
import { createBrowser, type Page } from 'express-applinks/testing';
import { browserOf, locationOf } from '../support/consent.js';
import { startKitApp, type KitApp } from '../support/kit-app.js';
import { registerConsumer } from '../support/register-consumer.js';
import { rememberSecret } from '../support/secrets.js';

const paths = {
  requestToken: ['/bitbucket/oauth/request-token'],
  accessToken: ['/bitbucket/oauth/access-token'],
  authorize: ['/bbs-oauth/authorize'],
};
const callback = 'https://bitbucket.example.test/access';
const sharedSecret = rememberSecret('agreed-between-both-3', 'consumer secret');

/** The published types forget that there may be none. */
type Failure = object | null;

interface Token {
  token: string;
  secret: string;
}

describe('ThreeLeggedOAuthAcceptanceTest', () => {
  let app: KitApp;
  let client: OAuth;
  let created: Page;
  before(async () => {
    app = await startKitApp({ mount: 'path', options: { paths } });
    const admin = await browserOf(app.baseUrl, 'admin');
    const form = await admin.get(`${app.baseUrl}/applinks/admin/links/new`);
    const fields = { name: 'Acceptance', key: 'acceptance-key', secret: sharedSecret, callback };
    created = await admin.submit(form, { fields });
    client = stockClient(callback);
  });
  after(() => app.close());

  /** npm `oauth`, which knows nothing of us. */
  const stockClient = (calledBack: string): OAuth =>
    new OAuth(
      app.baseUrl + paths.requestToken[0]!,
      app.baseUrl + paths.accessToken[0]!,
      'acceptance-key',
      sharedSecret,
      '1.0',
      calledBack,
      'HMAC-SHA1',
    );
  const requestToken = (by = client): Promise<Token> =>
    new Promise((resolve, reject) =>
      by.getOAuthRequestToken((error: Failure, token, secret) => {
        if (error) reject(new Error(JSON.stringify(error)));
        else
          resolve({
            token: rememberSecret(token, 'request token'),
            secret: rememberSecret(secret, 'token secret'),
          });
      }),
    );
  const accessToken = ({ token, secret }: Token, verifier: string): Promise<Token> =>
    new Promise((resolve, reject) =>
      client.getOAuthAccessToken(token, secret, verifier, (error: Failure, access, accessSecret) => {
        if (error) reject(new Error(JSON.stringify(error)));
        else
          resolve({
            token: rememberSecret(access, 'access token'),
            secret: rememberSecret(accessSecret, 'token secret'),
          });
      }),
    );
  const authorizeUrl = ({ token }: Token): string =>
    `${app.baseUrl}${paths.authorize[0]!}?${new URLSearchParams({ oauth_token: token }).toString()}`;
  const decide = async (user: string, request: Token, button: 'authorize' | 'cancel'): Promise<URL> => {
    const browser = await browserOf(app.baseUrl, user);
    const page = await browser.get(authorizeUrl(request));
    return new URL(locationOf(await browser.submit(page, { button })));
  };
  const grant = async (user: string): Promise<Token> => {
    const request = await requestToken();
    const back = await decide(user, request, 'authorize');
    return accessToken(request, back.searchParams.get('oauth_verifier') ?? '');
  };
  const startBuild = ({ token, secret }: Token): Promise<number | undefined> =>
    new Promise((resolve) =>
      client.post(`${app.baseUrl}/job/demo/build`, token, secret, '', undefined, (_error, _data, response) =>
        resolve(response?.statusCode),
      ),
    );

  it('2: the consumer that an administrator created by the form is there', async () => {
    expect(created.status).to.equal(200);
    const [link] = await app.applinks.links.list();
    expect(link?.incoming[0]).to.include({ key: 'acceptance-key', callbackUrl: callback });
  });

  it('3: the client gets a request token, also with oob', async () => {
    for (const by of [client, stockClient('oob')]) {
      const { token, secret } = await requestToken(by);
      expect(token).not.to.equal('');
      expect(secret).not.to.equal('');
    }
  });

  it('4: the page to authorize holds the token in an input named oauth_token', async () => {
    const request = await requestToken();
    const browser = await browserOf(app.baseUrl, 'ana');
    const page = await browser.get(authorizeUrl(request));
    expect(page.forms[0]!.fields).to.deep.include(['oauth_token', request.token]);
  });

  it('5: the button authorize leads back with oauth_verifier', async () => {
    const back = await decide('ana', await requestToken(), 'authorize');
    expect(back.href.startsWith(callback)).to.equal(true);
    expect(back.searchParams.get('oauth_verifier')).to.match(/.{20}/);
  });

  it('5b: the button cancel leads back with oauth_verifier=denied', async () => {
    const back = await decide('ana', await requestToken(), 'cancel');
    expect(back.searchParams.get('oauth_verifier')).to.equal('denied');
  });

  it('6: the client swaps while nobody is logged in', async () => {
    const request = await requestToken();
    const back = await decide('ana', request, 'authorize');
    app.host.sessions.clear();
    const access = await accessToken(request, back.searchParams.get('oauth_verifier') ?? '');
    expect(access.token).not.to.equal(request.token);
    expect(access.secret).not.to.equal('');
  });

  it('7: the user who may build starts a build', async () => {
    expect(await startBuild(await grant('ana'))).to.equal(201);
  });

  it('8: the user who may not is refused, with 403 where Jenkins says 401: who they are is known', async () => {
    expect(await startBuild(await grant('rob'))).to.equal(403);
  });
});

describe('OAuthConsumerEntryTest, keys', () => {
  let app: KitApp;
  before(async () => {
    app = await startKitApp();
  });
  after(() => app.close());

  const problemsOf = async (key: string): Promise<readonly string[] | undefined> => {
    try {
      await app.applinks.links.create({ name: 'Any', credential: { key, signatureMethod: 'HMAC-SHA1' } });
      return undefined;
    } catch (error) {
      if (error instanceof InvalidInput) return error.fields['credential.key'];
      throw error;
    }
  };

  for (const key of [
    'with-hyphens',
    'with.dots',
    'with spaces',
    'Bitbucket:0123456789',
    'ключ',
    'k'.repeat(255),
  ]) {
    it(`takes ${key.slice(0, 20)}, where Jenkins takes letters, digits and hyphens only`, async () => {
      expect(await problemsOf(key)).to.equal(undefined);
    });
  }

  for (const [what, key] of [
    ['blank', '  '],
    ['longer than 255 characters', 'k'.repeat(256)],
    ['with a line break', 'one\ntwo'],
    ['with a control character', 'nul\0'],
    ['that turns the text around', 'abc\u202ecba'],
  ] as const) {
    it(`refuses a key ${what}`, async () => {
      expect(await problemsOf(key)).to.have.length.greaterThan(0);
    });
  }

  it('refuses a key that exists already, white space around it or not', async () => {
    expect(await problemsOf('taken')).to.equal(undefined);
    for (const again of ['taken', ' taken ']) {
      expect(await problemsOf(again)).to.deep.equal([
        'Another consumer has this key already. Choose another one.',
      ]);
    }
  });
});

describe('RandomizerImplTest', () => {
  it('tokens, secrets and nothing else: 43 characters of base64url each, all different', async () => {
    const app = await startKitApp();
    try {
      const consumer = await registerConsumer(app);
      const made = await Promise.all(Array.from({ length: 50 }, () => consumer.requestToken(callback)));
      const values = made.flatMap(({ token, secret }) => [token, secret]);
      for (const value of values) expect(value).to.match(/^[\w-]{43}$/);
      expect(new Set(values).size).to.equal(values.length);
      // A biased or stuck generator would leave out a letter somewhere in 4300.
      expect(new Set(values.join('')).size).to.equal(64);
    } finally {
      await app.close();
    }
  });
});

describe('OAuth1aRequestFilterTest, without OAuth parameters', () => {
  it('whatever is none of the kit’s passes on to the host, query and cookies as they came', async () => {
    const app = await startKitApp();
    try {
      const page = await createBrowser().get(`${app.baseUrl}/login?oauth_token=x&oauth_token=y`);
      expect(page.status).to.equal(200);
      expect(page.header('www-authenticate')).to.equal(undefined);
      expect(page.text).to.include('Log in');
    } finally {
      await app.close();
    }
  });
});
