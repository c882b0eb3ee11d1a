/** An application that is an incoming OAuth 2.0 link of a stand-in: what most specs of this folder begin with. */
import {
  bitbucketStandIn,
  createBrowser,
  type BitbucketStandIn,
  type BitbucketStandInOptions,
  type MiniBrowser,
  type OAuth2Client,
  type OAuth2ProviderDriver,
  type Page,
} from '../../../../../plugin/testing/index.js';
import { rememberSecret } from '../../../../support/secrets.js';
import { ask, type Answer } from '../provider/calling-app.js';

export type Fields = Readonly<Record<string, string | undefined>>;

export interface Tokens {
  accessToken: string;
  refreshToken: string;
}

export interface OAuth2App {
  standIn: BitbucketStandIn;
  provider: OAuth2ProviderDriver;
  client: OAuth2Client;
  /** Moves the stand-in's clock. */
  pass(seconds: number): void;
  /** A sound request, changed; undefined leaves a parameter out. */
  authorizeUrl(changes?: Fields): string;
  /** A browser with this user's session, which shows redirects as pages. */
  browserOf(user: string): Promise<MiniBrowser>;
  /** The page after the first redirect: consent, login, error or the client's own. */
  firstStop(browser: MiniBrowser, changes?: Fields): Promise<Page>;
  /** Presses a button of the consent page; where that leads is the location of the result. */
  answer(user: string, button: string, changes?: Fields): Promise<Page>;
  code(user?: string, changes?: Fields): Promise<string>;
  /** POST of a form, with the client's credentials unless they are changed. */
  token(fields: Fields, headers?: Record<string, string>): Promise<Answer>;
  exchange(code: string, changes?: Fields): Promise<Answer>;
  refresh(refreshToken: string, changes?: Fields): Promise<Answer>;
  revoke(fields: Fields, headers?: Record<string, string>): Promise<Answer>;
  /** The whole flow. */
  connect(user?: string, changes?: Fields): Promise<Tokens>;
  /** GET with a Bearer token, unless told otherwise. */
  call(path: string, options?: { token?: string; method?: string; authorization?: string }): Promise<Answer>;
  stop(): Promise<void>;
}

export const redirectUri = 'http://ci.example.test/back?a=1';
export const projects = '/rest/api/1.0/projects';

const scopes = { stash: 'REPO_READ', jira: 'WRITE', confluence: 'WRITE' } as const;

const encoded = (fields: Fields): string =>
  new URLSearchParams(
    Object.entries(fields).filter((field): field is [string, string] => field[1] !== undefined),
  ).toString();

export const form = { 'Content-Type': 'application/x-www-form-urlencoded' };

export const json = (answer: Answer): Record<string, unknown> =>
  JSON.parse(answer.body) as Record<string, unknown>;

/** Status and error of a refusal. */
export const refusal = (answer: Answer) => ({ status: answer.status, error: json(answer).error });

export function locationOf(page: Page): URL {
  const location = page.header('location');
  if (page.status !== 303 || location === undefined) throw new Error(`no 303: ${page.status} ${page.text}`);
  return new URL(location);
}

export function tokensOf(answer: Answer): Tokens {
  const { access_token, refresh_token } = json(answer) as Record<string, string>;
  return {
    accessToken: rememberSecret(access_token!, 'access token'),
    refreshToken: rememberSecret(refresh_token!, 'access token'),
  };
}

export async function oauth2App(options: BitbucketStandInOptions = {}): Promise<OAuth2App> {
  let nowMs = 1_800_000_000_000;
  const standIn = bitbucketStandIn({ clock: () => nowMs, ...options });
  await standIn.start();
  const provider = standIn.oauth2Provider;
  const scope = scopes[options.product ?? 'stash'];
  const client = provider.registerClient({ name: 'Sample CI', redirects: [redirectUri], scope });
  rememberSecret(client.clientSecret, 'consumer secret');

  const authorizeUrl: OAuth2App['authorizeUrl'] = (changes) => {
    const sound = { client_id: client.clientId, redirect_uri: redirectUri, response_type: 'code', scope };
    return `${provider.endpoints().authorize}?${encoded({ ...sound, state: 'state-1', ...changes })}`;
  };
  const browserOf: OAuth2App['browserOf'] = async (user) => {
    const browser = createBrowser({ redirects: 0 });
    const { password } = standIn.users.find(({ name }) => name === user)!;
    await browser.post(`${standIn.url}/login`, { j_username: user, j_password: password });
    return browser;
  };
  const firstStop: OAuth2App['firstStop'] = async (browser, changes) =>
    browser.get(locationOf(await browser.get(authorizeUrl(changes))).href);
  const answer: OAuth2App['answer'] = async (user, button, changes) => {
    const browser = await browserOf(user);
    return browser.submit(await firstStop(browser, changes), { button });
  };
  const code: OAuth2App['code'] = async (user = 'ana', changes) =>
    locationOf(await answer(user, 'Allow', changes)).searchParams.get('code')!;
  const credentials = () => ({ client_id: client.clientId, client_secret: client.clientSecret });
  const post = (url: string, fields: Fields, headers: Record<string, string> = {}): Promise<Answer> =>
    ask('POST', url, { ...form, ...headers }, encoded({ ...credentials(), ...fields }));
  const token: OAuth2App['token'] = (fields, headers) => post(provider.endpoints().token, fields, headers);
  const exchange: OAuth2App['exchange'] = (value, changes) =>
    token({ grant_type: 'authorization_code', code: value, redirect_uri: redirectUri, ...changes });

  return {
    standIn,
    provider,
    client,
    pass: (seconds) => void (nowMs += seconds * 1000),
    authorizeUrl,
    browserOf,
    firstStop,
    answer,
    code,
    token,
    exchange,
    refresh: (refreshToken, changes) =>
      token({ grant_type: 'refresh_token', refresh_token: refreshToken, ...changes }),
    revoke: (fields, headers) => post(provider.endpoints().revoke, fields, headers),
    connect: async (user, changes) => tokensOf(await exchange(await code(user, changes))),
    call: (path, { token: bearer, method = 'GET', authorization } = {}) => {
      const header = authorization ?? (bearer === undefined ? undefined : `Bearer ${bearer}`);
      const body = method === 'GET' ? undefined : '{"key":"NEW","public":true}';
      const headers: Record<string, string> = { 'Content-Type': 'application/json' };
      if (header !== undefined) headers.Authorization = header;
      return ask(method, standIn.url + path, headers, body);
    },
    stop: () => standIn.stop(),
  };
}
