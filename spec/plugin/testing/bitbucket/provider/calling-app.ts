/** An application that is registered at a stand-in and calls it: what most specs of this folder begin with. */
import { generateKeyPairSync } from 'node:crypto';
import {
  bitbucketStandIn,
  createBrowser,
  signRequest,
  type BitbucketStandIn,
  type BitbucketStandInOptions,
  type IncomingConsumer,
  type MiniBrowser,
  type Page,
  type SignRequestOptions,
} from '../../../../../plugin/testing/index.js';
import { exchange, headerOf, type Exchange } from '../../../../../plugin/testing/http-exchange.js';
import { rememberSecret } from '../../../../support/secrets.js';
import { readPublicKey } from '../../../../../plugin/testing/bitbucket/public-key.js';

export const keys = generateKeyPairSync('rsa', { modulusLength: 1024 });
export const privateKeyPem = keys.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
export const publicKey = readPublicKey(keys.publicKey.export({ type: 'spki', format: 'pem' }).toString())!;
export const consumerKey = 'sample-ci:47 11';
export const callback = 'http://ci.example.test/back?a=1';

export const paths = {
  requestToken: '/plugins/servlet/oauth/request-token',
  authorize: '/plugins/servlet/oauth/authorize',
  accessToken: '/plugins/servlet/oauth/access-token',
  tokens: '/plugins/servlet/oauth/users/access-tokens',
  whoAmI: '/plugins/servlet/applinks/whoami',
  projects: '/rest/api/1.0/projects',
} as const;

export interface Token {
  token: string;
  secret: string;
}

export interface Answer {
  status: number;
  body: string;
  /** Fields of the body, where it is a form. */
  fields: Record<string, string>;
  challenge: string | undefined;
  header(name: string): string | undefined;
}

export type Signing = Partial<Omit<SignRequestOptions, 'method' | 'url'>> & { method?: string };

export interface CallingApp {
  standIn: BitbucketStandIn;
  consumer: IncomingConsumer;
  /** Moves the stand-in's clock, and that of the signer with it. */
  pass(seconds: number): void;
  /** GET unless told otherwise. */
  call(path: string, signing?: Signing): Promise<Answer>;
  requestToken(signing?: Signing): Promise<Answer>;
  newRequestToken(oauthCallback?: string): Promise<Token>;
  accessToken(token: Token, protocol: Record<string, string>, signing?: Signing): Promise<Answer>;
  /** A browser with this user's session, which shows redirects as pages. */
  browserOf(user: string): Promise<MiniBrowser>;
  /** Presses a button of the consent page. */
  decide(token: Token, user: string, button: string, query?: Record<string, string>): Promise<Page>;
  /** The verifier that comes of "Allow". */
  allow(token: Token, user: string): Promise<string>;
  /** The whole dance. */
  connect(user: string): Promise<Token & { handle: string }>;
  stop(): Promise<void>;
}

const answerOf = (answer: Exchange): Answer => ({
  status: answer.status,
  body: answer.body,
  fields: Object.fromEntries(new URLSearchParams(answer.body)),
  challenge: headerOf(answer, 'WWW-Authenticate'),
  header: (name) => headerOf(answer, name),
});

export const ask = async (
  method: string,
  url: string,
  headers: Record<string, string> = {},
  body?: string,
): Promise<Answer> => answerOf(await exchange({ method, url, headers, body }));

export async function callingApp(options: BitbucketStandInOptions = {}): Promise<CallingApp> {
  let nowMs = 1_800_000_000_000;
  const standIn = bitbucketStandIn({ clock: () => nowMs, ...options });
  await standIn.start();
  const consumer: IncomingConsumer = {
    key: consumerKey,
    name: 'Sample CI',
    description: 'Builds things',
    publicKey,
    threeLegged: true,
    twoLegged: true,
    executingUser: undefined,
    impersonation: false,
    linkId: '9fcb1f80-cf06-3129-bdea-f3b25b1aa9e3',
  };
  standIn.consumers.set(consumer.key, consumer);
  const identity = { consumerKey, signatureMethod: 'RSA-SHA1', privateKey: keys.privateKey } as const;

  const call = async (path: string, { method = 'GET', ...signing }: Signing = {}): Promise<Answer> => {
    const timestampSeconds = signing.timestampSeconds ?? Math.floor(nowMs / 1000);
    const url = standIn.url + path;
    return answerOf(await exchange(signRequest({ identity, ...signing, timestampSeconds, method, url })));
  };
  const requestToken: CallingApp['requestToken'] = (signing) =>
    call(paths.requestToken, { method: 'POST', protocol: { oauth_callback: callback }, ...signing });
  const newRequestToken: CallingApp['newRequestToken'] = async (oauthCallback = callback) => {
    const { fields } = await requestToken({ protocol: { oauth_callback: oauthCallback } });
    return { token: fields.oauth_token!, secret: fields.oauth_token_secret! };
  };
  const accessToken: CallingApp['accessToken'] = ({ token, secret: tokenSecret }, protocol, signing) =>
    call(paths.accessToken, { method: 'POST', token, tokenSecret, protocol, ...signing });
  const browserOf: CallingApp['browserOf'] = async (user) => {
    const browser = createBrowser({ redirects: 0 });
    const { password } = standIn.users.find(({ name }) => name === user)!;
    await browser.post(`${standIn.url}/login`, { j_username: user, j_password: password });
    return browser;
  };
  const decide: CallingApp['decide'] = async ({ token }, user, button, query = {}) => {
    const browser = await browserOf(user);
    const asked = new URLSearchParams({ oauth_token: token, ...query }).toString();
    return browser.submit(await browser.get(`${standIn.url}${paths.authorize}?${asked}`), { button });
  };
  const allow: CallingApp['allow'] = async (token, user) => {
    await decide(token, user, 'Allow');
    return standIn.issued.get(token.token)!.verifier!;
  };
  return {
    standIn,
    consumer,
    pass: (seconds) => void (nowMs += seconds * 1000),
    call,
    requestToken,
    newRequestToken,
    accessToken,
    browserOf,
    decide,
    allow,
    connect: async (user) => {
      const asked = await newRequestToken('oob');
      const { fields } = await accessToken(asked, { oauth_verifier: await allow(asked, user) });
      return {
        token: rememberSecret(fields.oauth_token!, 'access token'),
        secret: rememberSecret(fields.oauth_token_secret!, 'token secret'),
        handle: rememberSecret(fields.oauth_session_handle!, 'session handle'),
      };
    },
    stop: () => standIn.stop(),
  };
}
