/**
 * Registers an OAuth 2.0 client at the kit, and plays it over HTTP: strict by default, or with exactly what Atlassian's
 * client sends (oauth2.md 1.3, 1.5). It remembers every secret that it sees, so that the run can be searched for them.
 */
import { createHash, randomBytes, randomUUID } from 'node:crypto';
import type { OAuth2Client, RedirectUri } from 'express-applinks';
import type { MiniBrowser, Page } from 'express-applinks/testing';
import { dayMs, minuteMs } from './clock.js';
import { browserOf, locationOf } from './consent.js';
import type { KitApp } from './kit-app.js';
import { rememberSecret } from './secrets.js';
import { send, type Answer } from './test-consumer.js';

export type ClientChanges = Partial<Omit<OAuth2Client, 'redirectUris'>> & {
  name?: string;
  redirectUris?: readonly (string | RedirectUri)[];
};

/** As `RequestInit`, with headers that can be added to. */
export type Init = Omit<RequestInit, 'headers'> & { headers?: Readonly<Record<string, string>> };

export type Parameters = Readonly<Record<string, string | undefined>>;

export interface TokenSet {
  access: string;
  refresh: string;
}

export const redirectUri = 'https://peer.example.test/callback?from=ci';

/** Puts the client into a new link, as the administrator's page does. */
export async function registerClient(
  app: KitApp,
  { name = 'Bitbucket', redirectUris = [redirectUri], ...changes }: ClientChanges = {},
): Promise<TestClient> {
  const { id: linkId } = (await app.applinks.links.create({ name })).link;
  const secret = rememberSecret(randomBytes(32).toString('base64url'), 'consumer secret');
  const isPublic = changes.type === 'public';
  const client: OAuth2Client = {
    id: randomUUID(),
    clientId: randomUUID(),
    type: 'confidential',
    secrets: isPublic ? [] : [{ digest: digestOf(secret), expiresAtMs: null }],
    redirectUris: redirectUris.map((uri) => (typeof uri === 'string' ? { uri, isPlaceholder: false } : uri)),
    scopes: ['build'],
    allowClientCredentials: false,
    accessTokenLifetimeMs: 60 * minuteMs,
    refreshTokenLifetimeMs: 90 * dayMs,
    authorizationLifetimeMs: null,
    createdAtMs: Date.now(),
    ...changes,
  };
  const registered = new TestClient(app, linkId, client, isPublic ? undefined : secret);
  await registered.change(() => client);
  return registered;
}

export const digestOf = (secret: string): string => createHash('sha256').update(secret).digest('base64url');

export class TestClient {
  readonly verifier = rememberSecret(randomBytes(32).toString('base64url'), 'verifier');

  constructor(
    readonly app: KitApp,
    readonly linkId: string,
    public client: OAuth2Client,
    readonly secret: string | undefined,
  ) {}

  /** Changes the client as stored. */
  async change(edit: (client: OAuth2Client) => OAuth2Client): Promise<void> {
    this.client = edit(this.client);
    const link = await this.app.store.links.get(this.linkId);
    if (!link || !(await this.app.store.links.update({ ...link, clients: [this.client] })))
      throw new Error('the link is gone or was changed meanwhile');
  }

  /** The same client at another process on the same store. */
  at(app: KitApp): TestClient {
    const same = new TestClient(app, this.linkId, this.client, this.secret);
    return Object.assign(same, { verifier: this.verifier });
  }

  /** An authorization request; a parameter that is undefined is left out. */
  authorizeUrl(changes: Parameters = {}, path = '/oauth2/authorize'): string {
    const isAtlassian = this.client.type === 'atlassian';
    const challenge = createHash('sha256').update(this.verifier).digest('base64url');
    const pkce = { code_challenge: challenge, code_challenge_method: 'S256' };
    return `${this.app.baseUrl}${path}?${encode({
      response_type: 'code',
      client_id: this.client.clientId,
      redirect_uri: this.client.redirectUris[0]?.uri,
      scope: 'build',
      state: randomUUID(),
      ...(isAtlassian ? { prompt: 'select_account' } : pkce),
      ...changes,
    })}`;
  }

  async openConsent(user: string, changes: Parameters = {}): Promise<[MiniBrowser, Page]> {
    const browser = await browserOf(this.app.baseUrl, user);
    return [browser, await browser.get(this.authorizeUrl(changes))];
  }

  /** What comes back to the redirect URI when `user` presses the button. */
  async decide(user: string, changes: Parameters = {}, button = 'authorize'): Promise<URLSearchParams> {
    const [browser, page] = await this.openConsent(user, changes);
    return answerOf(await browser.submit(page, { button }));
  }

  async code(user = 'ana', changes: Parameters = {}): Promise<string> {
    const answer = await this.decide(user, changes);
    const code = answer.get('code');
    if (!code) throw new Error(`no code: ${answer.toString()}`);
    return rememberSecret(code, 'code');
  }

  /** A token request, with the credentials in the body. */
  async token(parameters: Parameters, init: Init = {}, path = '/oauth2/token'): Promise<JsonAnswer> {
    const body = encode({ client_id: this.client.clientId, client_secret: this.secret, ...parameters });
    return post(this.app.baseUrl + path, body, init);
  }

  exchange(code: string, changes: Parameters = {}): Promise<JsonAnswer> {
    const isAtlassian = this.client.type === 'atlassian';
    return this.token({
      grant_type: 'authorization_code',
      code,
      redirect_uri: this.client.redirectUris[0]?.uri,
      ...(isAtlassian ? { scope: 'build' } : { code_verifier: this.verifier }),
      ...changes,
    });
  }

  refresh(token: string, changes: Parameters = {}): Promise<JsonAnswer> {
    const scope = this.client.type === 'atlassian' ? 'build' : undefined;
    return this.token({ grant_type: 'refresh_token', refresh_token: token, scope, ...changes });
  }

  async tokens(user = 'ana', changes: Parameters = {}): Promise<TokenSet> {
    return tokensOf(await this.exchange(await this.code(user, changes)));
  }

  revoke(token: string, changes: Parameters = {}): Promise<JsonAnswer> {
    return this.token({ token, ...changes }, {}, '/oauth2/revoke');
  }

  introspect(token: string, changes: Parameters = {}): Promise<JsonAnswer> {
    return this.token({ token, ...changes }, {}, '/oauth2/introspect');
  }

  /** HTTP Basic as RFC 6749 section 2.3.1 has it. */
  basic(secret = this.secret ?? ''): { authorization: string } {
    const encoded = Buffer.from(`${this.client.clientId}:${encodeURIComponent(secret)}`).toString('base64');
    return { authorization: `Basic ${rememberSecret(encoded, 'consumer secret')}` };
  }
}

export interface JsonAnswer extends Answer {
  /** Of a JSON body; empty for any other. */
  json: Record<string, unknown>;
}

export async function post(url: string, body: string, init: Init = {}): Promise<JsonAnswer> {
  const headers = { 'Content-Type': 'application/x-www-form-urlencoded', ...init.headers };
  const answer = await send(url, { method: 'POST', body, ...init, headers });
  const json = parse(answer.text);
  if (typeof json.access_token === 'string') rememberSecret(json.access_token, 'access token');
  if (typeof json.refresh_token === 'string') rememberSecret(json.refresh_token, 'refresh token');
  return { ...answer, json };
}

/** The access token is put in the header that every caller may send. */
export function call(app: KitApp, token: string, path = '/job/demo/build', init: Init = {}) {
  const headers = { authorization: `Bearer ${token}`, ...init.headers };
  return send(app.baseUrl + path, { method: 'POST', ...init, headers });
}

export function tokensOf({ json, text, status }: JsonAnswer): TokenSet {
  const { access_token: access, refresh_token: refresh } = json;
  if (typeof access === 'string' && typeof refresh === 'string') return { access, refresh };
  throw new Error(`no tokens in the answer ${status}: ${text}`);
}

/** The parameters that a redirect adds to the redirect URI. */
export function answerOf(page: Page): URLSearchParams {
  return new URL(locationOf(page)).searchParams;
}

export function encode(parameters: Parameters): string {
  const given = Object.entries(parameters).flatMap(([name, value]): [string, string][] =>
    value === undefined ? [] : [[name, value]],
  );
  return new URLSearchParams(given).toString();
}

function parse(text: string): Record<string, unknown> {
  try {
    return JSON.parse(text) as Record<string, unknown>;
  } catch {
    return {};
  }
}
