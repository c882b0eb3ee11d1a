/**
 * A small provider that behaves as oauth2.md part 2 says of Data Center, with what a spec wants to go wrong: everybody
 * consents as `user`, codes are used once, each refresh kills the former pair, a dead token is nobody's.
 */
import { createHash, randomBytes } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import { listen, type Listening } from './listen.js';
import { rememberSecret } from './secrets.js';

export interface ProviderRequest {
  method: string;
  path: string;
  query: URLSearchParams;
  headers: IncomingMessage['headers'];
  body: string;
  /** Form or JSON, by the content type. */
  fields: Record<string, string>;
}

export type Fault = (res: ServerResponse, request: ProviderRequest) => void | Promise<void>;

interface Code {
  redirectUri: string;
  challenge: string | null;
  scope: string;
}

interface Pair {
  accessToken: string;
  refreshToken: string;
  scope: string;
  user: string;
}

export class OAuth2Provider {
  readonly clientId = 'c'.repeat(32);
  clientSecret = rememberSecret(randomBytes(32).toString('hex'), 'consumer secret');
  user = 'ben';
  expiresIn: unknown = 3600;
  /** Changes a successful token answer. */
  alter: (answer: Record<string, unknown>) => object = (answer) => answer;
  /** Changes the parameters with which the browser is sent back. */
  sendBack: (query: URLSearchParams) => void = () => undefined;
  /** Takes the place of the answers to the next requests for a path. */
  readonly faults: { path: RegExp; fault: Fault; once: boolean }[] = [];
  readonly received: ProviderRequest[] = [];
  readonly pairs = new Map<string, Pair>();
  metadata: object | undefined;
  private readonly codes = new Map<string, Code>();

  constructor(
    readonly contextPath: string,
    private readonly listening: () => Listening,
  ) {}

  get url(): string {
    return `${this.listening().url}${this.contextPath}`;
  }

  close(): Promise<void> {
    return this.listening().close();
  }

  requests(path: string): ProviderRequest[] {
    return this.received.filter((request) => request.path.endsWith(path));
  }

  fail(path: RegExp, fault: Fault, once = true): void {
    this.faults.push({ path, fault, once });
  }

  /** All access tokens die, as after a reset there. */
  forgetAccess(): void {
    for (const pair of this.pairs.values()) pair.accessToken = 'dead';
  }

  async answer(req: IncomingMessage, res: ServerResponse): Promise<void> {
    const url = new URL(req.url ?? '', 'http://path.invalid');
    const body = await text(req);
    const isJson = req.headers['content-type'] === 'application/json';
    const fields = isJson
      ? (JSON.parse(body) as Record<string, string>)
      : Object.fromEntries(new URLSearchParams(body));
    const path = url.pathname.replace(this.contextPath, '');
    const { method = '', headers } = req;
    const request = { method, path, query: url.searchParams, headers, body, fields };
    this.received.push(request);
    const at = this.faults.findIndex(({ path: wanted }) => wanted.test(path));
    const [found] = this.faults.slice(at, at === -1 ? at : at + 1);
    if (found?.once) this.faults.splice(at, 1);
    if (found) await found.fault(res, request);
    else this.route(request, res);
  }

  private route(request: ProviderRequest, res: ServerResponse): void {
    const { path } = request;
    if (path === '/rest/oauth2/latest/authorize') this.authorize(request, res);
    else if (path === '/rest/oauth2/latest/token') this.token(request, res);
    else if (path === '/rest/oauth2/latest/revoke') this.revoke(request, res);
    else if (path.includes('/.well-known/') && this.metadata) json(res, 200, this.metadata);
    else if (path.startsWith('/rest/api/') || path === '/page') this.resource(request, res);
    else res.writeHead(404, { 'content-type': 'text/html' }).end('<h1>Not found</h1>');
  }

  private authorize({ query }: ProviderRequest, res: ServerResponse): void {
    const code = rememberSecret(randomBytes(16).toString('hex'), 'verifier');
    const redirectUri = query.get('redirect_uri') ?? '';
    this.codes.set(code, {
      redirectUri,
      challenge: query.get('code_challenge'),
      scope: query.get('scope') ?? '',
    });
    const back = new URL(redirectUri);
    back.searchParams.set('code', code);
    back.searchParams.set('state', query.get('state') ?? '');
    this.sendBack(back.searchParams);
    res.writeHead(303, { location: back.href, 'cache-control': 'no-store' }).end();
  }

  private token({ fields }: ProviderRequest, res: ServerResponse): void {
    const refuse = (status: number, error: string): void =>
      json(res, status, { error, error_description: `Übersetzt: ${error}` });
    if (fields.grant_type === 'refresh_token') {
      const old = this.pairs.get(fields.refresh_token ?? '');
      if (!old) refuse(400, 'invalid_grant');
      else if (fields.client_secret !== this.clientSecret) refuse(401, 'invalid_client');
      else {
        this.pairs.delete(old.refreshToken);
        this.issue(res, old.scope, old.user);
      }
      return;
    }
    if (fields.client_id !== this.clientId || fields.client_secret !== this.clientSecret) {
      refuse(401, 'invalid_client');
      return;
    }
    if (fields.grant_type === 'client_credentials') {
      this.issue(res, fields.scope ?? '', 'service');
      return;
    }
    const code = this.codes.get(fields.code ?? '');
    const challenge = createHash('sha256')
      .update(fields.code_verifier ?? '')
      .digest('base64url');
    if (!code) refuse(400, 'invalid_request');
    else if (code.redirectUri !== fields.redirect_uri) refuse(400, 'invalid_grant');
    else if (code.challenge !== null && code.challenge !== challenge) refuse(400, 'invalid_grant');
    else {
      this.codes.delete(fields.code ?? '');
      this.issue(res, code.scope, this.user);
    }
  }

  private issue(res: ServerResponse, scope: string, user: string): void {
    const jwt = (): string =>
      rememberSecret([1, 2, 3].map(() => randomBytes(24).toString('base64url')).join('.'), 'access token');
    const pair = { accessToken: jwt(), refreshToken: jwt(), scope, user };
    this.pairs.set(pair.refreshToken, pair);
    const names = scope.split(' ').sort().join(' ');
    json(
      res,
      200,
      this.alter({
        access_token: pair.accessToken,
        refresh_token: pair.refreshToken,
        token_type: 'bearer',
        expires_in: this.expiresIn,
        scope: names,
      }),
    );
  }

  private revoke({ fields }: ProviderRequest, res: ServerResponse): void {
    if (fields.client_secret !== this.clientSecret) json(res, 401, { error: 'invalid_client' });
    else {
      this.pairs.delete(fields.token ?? '');
      json(res, 200, {});
    }
  }

  private resource({ headers, path }: ProviderRequest, res: ServerResponse): void {
    const token = /^Bearer (.+)$/.exec(headers.authorization ?? '')?.[1];
    const user = [...this.pairs.values()].find(({ accessToken }) => accessToken === token)?.user;
    if (user !== undefined) res.setHeader('X-AUSERNAME', user);
    if (path.endsWith('/myself') && user === undefined) json(res, 401, {});
    else json(res, 200, { name: user, displayName: user && `${user} B`, seen: user ?? 'nobody' });
  }
}

export async function startOAuth2Provider(contextPath = '/bitbucket'): Promise<OAuth2Provider> {
  const listening: { now?: Listening } = {};
  const provider = new OAuth2Provider(contextPath, () => {
    if (!listening.now) throw new Error('not started');
    return listening.now;
  });
  listening.now = await listen((req, res) => void provider.answer(req, res));
  return provider;
}

export function json(res: ServerResponse, status: number, body: object): void {
  res.writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store' });
  res.end(JSON.stringify(body));
}
