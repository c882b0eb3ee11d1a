/**
 * What TypeScript must and must not let a user of the package write. Compiled, never run: with the rest of the
 * checkout, and by packaging.spec.ts in a project that has the packed package installed.
 */
import express, { type RequestHandler } from 'express';
import {
  ApplinksError,
  BearerRefused,
  createApplinks,
  CredentialsRequired,
  InvalidInput,
  OAuthProblem,
  type ApplinkCaller,
  type Applinks,
  type ApplinksOptions,
  type ErrorCode,
  type HostUser,
  type OAuth2ErrorCode,
  type ProblemCode,
  type Store,
} from 'express-applinks';
import { createBitbucket, type Bitbucket } from 'express-applinks/bitbucket';
import { signRequest, type SignedRequest } from 'express-applinks/testing';

type IsAny<T> = 0 extends 1 & T ? true : false;
type Equal<A, B> = [A, B, IsAny<A>] extends [B, A, IsAny<B>] ? true : false;

/** `exactly<string>()(value)` compiles only if that is the type of the value, neither wider nor narrower. */
declare function exactly<Expected>(): <Actual>(
  value: Actual,
  ...proof: Equal<Expected, Actual> extends true ? [] : [never]
) => void;

export function options(store: Store): ApplinksOptions {
  return {
    baseUrl: 'https://ci.example.com/ci',
    application: { name: 'Sample CI' },
    store,
    keys: { encryption: ['x'] },
    host: {
      user: async (req) => Promise.resolve({ id: req.path, name: 'ana' }),
      findUser: () => null,
      isAdmin: (user) => user.id === 'admin',
      login: (_req, res, { returnTo, switchAccount }) => {
        exactly<string>()(returnTo);
        exactly<boolean | undefined>()(switchAccount);
        res.redirect(returnTo);
      },
    },
  };
}

export function mistakes(store: Store): ApplinksOptions[] {
  return [
    // @ts-expect-error a typo in the name of an option
    { ...options(store), baseURL: 'https://ci.example.com' },
    // @ts-expect-error a host without login()
    { ...options(store), host: { user: () => null, findUser: () => null, isAdmin: () => false } },
    // @ts-expect-error a user without a name
    { ...options(store), host: { ...options(store).host, findUser: () => ({ id: 'ana' }) } },
    // @ts-expect-error a number where a string belongs
    { ...options(store), keys: { encryption: [1] } },
  ];
}

export function application(applinks: Applinks): void {
  const app = express();
  app.use(applinks.router());
  app.use(express.urlencoded({ extended: false, verify: applinks.keepRawBody }));
  app.post('/build', applinks.authenticate({ scope: 'build' }), (req, res) => {
    const user = req.applink?.user;
    exactly<HostUser | null | undefined>()(user);
    res.json({ scopes: req.applink?.scopes.join(' '), link: req.applink?.link.name });
  });
  exactly<RequestHandler>()(applinks.authenticate());
  exactly<RequestHandler>()(applinks.wellKnownRouter());

  applinks.on('access_token.issued', ({ userId, tokenId }) => {
    exactly<string | null>()(userId);
    exactly<string>()(tokenId);
  });
  applinks.on('request.rejected', ({ reason, problem }) => {
    exactly<string>()(reason);
    exactly<
      | ProblemCode
      | OAuth2ErrorCode
      | 'rate_limited'
      | 'challenge'
      | 'csrf_rejected'
      | 'forbidden'
      | 'login_required'
    >()(problem);
  });
  // @ts-expect-error an event that there is not
  applinks.on('access_token.isued', () => undefined);
  // @ts-expect-error a scope is a word
  applinks.authenticate({ scope: 1 });
}

export function errors(error: unknown): ErrorCode | undefined {
  if (error instanceof BearerRefused) exactly<OAuth2ErrorCode>()(error.error);
  if (error instanceof CredentialsRequired) exactly<readonly string[]>()(error.scopes);
  if (error instanceof OAuthProblem) exactly<ProblemCode>()(error.problem);
  if (error instanceof InvalidInput) exactly<readonly string[] | undefined>()(error.fields.name);
  return error instanceof ApplinksError ? error.code : undefined;
}

export function signed(): SignedRequest {
  return signRequest({
    method: 'POST',
    url: 'https://ci.example.com/build',
    identity: { consumerKey: 'bitbucket', signatureMethod: 'HMAC-SHA1', consumerSecret: 'secret' },
  });
}

export function credentialOf(caller: ApplinkCaller): string {
  return caller.scheme === 'oauth2' ? caller.credential.clientId : caller.credential.key;
}

export function authorizationServer(store: Store): ApplinksOptions[] {
  return [
    {
      ...options(store),
      oauth2: { accessTokenMs: 3_600_000, authorizationMs: null, introspection: true },
      cloud: { clientId: 'vendor', clientSecret: 'secret' },
    },
    // @ts-expect-error a typo in the name of a lifetime
    { ...options(store), oauth2: { accesTokenMs: 3_600_000 } },
  ];
}

export async function clients({ links }: Applinks): Promise<string | undefined> {
  const { link, secrets } = await links.create({
    name: 'Bitbucket',
    client: { type: 'atlassian', redirectUris: [{ uri: 'https://bb.example.com/' }], scopes: ['build'] },
  });
  exactly<Record<string, string>>()(secrets);
  const saved = await links.addClient(link.id, {
    redirectUris: [],
    scopes: [],
    allowClientCredentials: true,
  });
  await links.changeClient(link.id, saved.client.id, { scopes: ['build'] });
  // @ts-expect-error a secret is made, never given
  await links.changeClient(link.id, saved.client.id, { secret: 'mine' });
  await links.rotateClientSecret(link.id, saved.client.id, { overlapMs: 0 });
  await links.removeClient(link.id, saved.client.id);
  return saved.secret;
}

export async function life(store: Store, signal: AbortSignal): Promise<void> {
  const applinks = createApplinks(options(store));
  await applinks.ready();
  await applinks.tick();
  await applinks.run({ signal });
  await applinks.close();
}

export function webhooks(applinks: Applinks): Bitbucket {
  const bitbucket = createBitbucket(applinks, { statuses: { giveUpAfterMs: 60_000 } });
  bitbucket.on('repo:refs_changed', ({ changes, repository }, { attempt }) => {
    for (const { type } of changes) exactly<'ADD' | 'UPDATE' | 'DELETE'>()(type);
    exactly<string>()(repository.project.key);
    exactly<number>()(attempt);
  });
  bitbucket.on('pr:opened', ({ pullRequest }) => {
    exactly<number>()(pullRequest.id);
  });
  // @ts-expect-error no event of Bitbucket’s that is known here
  bitbucket.on('repo:refs_change', () => undefined);
  return bitbucket;
}
