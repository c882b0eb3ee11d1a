/** Composition root: createApplinks() wires the capabilities together; nothing else knows them all. */
import { Router, type RequestHandler } from 'express';
import { createClientFactory } from './admin/clients/client-factory.js';
import type { ClientChange, ClientInput, SecretRotation } from './admin/clients/client-input.js';
import { createClientService, type SavedClient } from './admin/clients/client-service.js';
import type { OwnServer } from './admin/clients/own-server.js';
import { createLinkChange } from './admin/link-change.js';
import { createConnectedAccounts, type ConnectedAccounts } from './admin/connected-accounts.js';
import { withDisconnect } from './admin/link-removal.js';
import { createLinkService, type SavedLink } from './admin/link-service.js';
import type { CredentialChange, CredentialInput, LinkChange, LinkInput } from './admin/link-input.js';
import { createTokenService, type TokenService } from './admin/token-service.js';
import { createBell, repeat, type Bell } from './background.js';
import { parseOptions, type ApplinksOptions, type Config } from './config.js';
import type { Context } from './context.js';
import { type ClientOptions, type LinkClient } from './consumer/link-client.js';
import { createOAuth2Accounts } from './consumer/oauth2/accounts.js';
import { createTransport } from './consumer/transport.js';
import { createEvents, type EventName, type Listener } from './events.js';
import type { Extensible, Extension } from './extension.js';
import { createEndpoints } from './http/handler.js';
import { memoryRateLimiter } from './http/rate-limiter.js';
import { createRawBodies, type RawBodies } from './http/raw-body.js';
import { createViews } from './http/views.js';
import { type Authenticator } from './provider/authenticate.js';
import {
  createAuthenticateMiddleware,
  type AuthenticateOptions,
} from './provider/authenticate-middleware.js';
import { wellKnownRoutes } from './provider/oauth2/routes.js';
import { createStrategy, type ApplinksStrategy } from './provider/strategy.js';
import { parsePublicKey } from './oauth1/public-key.js';
import { atlassianRedirectUri } from './oauth2/atlassian-redirect.js';
import { endpointPaths } from './oauth2/metadata.js';
import { isRedirectUri } from './oauth2/redirect-uri.js';
import { createSealer } from './store/seal.js';
import type { Link } from './store/store.js';
import { assemble } from './assembly.js';
import './express-request.js';

/** Application links by the host's own code; checked like an administrator's input, `by` is null unless told. */
export interface Links {
  list(): Promise<Link[]>;
  /** @throws ApplinksError `not_found` */
  get(id: string): Promise<Link>;
  /** @throws InvalidInput */
  create(input: LinkInput, by?: string | null): Promise<SavedLink>;
  /** @throws InvalidInput, ApplinksError `not_found`, `conflict` */
  update(id: string, input: LinkChange, by?: string | null): Promise<SavedLink>;
  remove(id: string, by?: string | null): Promise<void>;
  addCredential(linkId: string, input: CredentialInput, by?: string | null): Promise<SavedLink>;
  updateCredential(
    linkId: string,
    id: string,
    input: CredentialChange,
    by?: string | null,
  ): Promise<SavedLink>;
  removeCredential(linkId: string, id: string, by?: string | null): Promise<SavedLink>;
  /** A client of OAuth 2.0: what the peer's outgoing link is here. Its secret is told only now. */
  addClient(linkId: string, input: ClientInput, by?: string | null): Promise<SavedClient>;
  changeClient(linkId: string, id: string, input: ClientChange, by?: string | null): Promise<SavedClient>;
  /** The former secret stays valid for a while, by default for one day. */
  rotateClientSecret(
    linkId: string,
    id: string,
    input?: SecretRotation,
    by?: string | null,
  ): Promise<SavedClient>;
  /** What users have authorised dies with it. */
  removeClient(linkId: string, id: string, by?: string | null): Promise<Link>;
}

export interface Applinks extends Extensible {
  /** Migrations and first-run values. The router waits for it by itself; awaiting it shows errors at start. */
  ready(): Promise<void>;
  /** All routes of the kit; mount it below the path of `baseUrl`, after the session and before body parsers. */
  router(): RequestHandler;
  /**
   * The metadata document of OAuth 2.0 at the place of RFC 8414, which is below the root of the host even when `baseUrl`
   * has a path: `app.use(applinks.wellKnownRouter())`, not below a path.
   */
  wellKnownRouter(): RequestHandler;
  authenticate(options?: AuthenticateOptions): RequestHandler;
  strategy(): ApplinksStrategy;
  /** Calls to the peer of a link; see LinkClient. */
  client(linkId: string, options?: ClientOptions): LinkClient;
  readonly links: Links;
  readonly tokens: TokenService;
  /** What users have connected at peers; disconnect a deleted user's. */
  readonly accounts: ConnectedAccounts;
  /** For `express.urlencoded({ verify })` and `express.json({ verify })` in front of the kit. */
  keepRawBody: RawBodies['keepRawBody'];
  on<N extends EventName>(name: N, listener: Listener<N>): void;
  off<N extends EventName>(name: N, listener: Listener<N>): void;
  /** One pass of the background work. */
  tick(): Promise<void>;
  /** Background work until `signal` is aborted. */
  run(options: { signal: AbortSignal }): Promise<void>;
  close(): Promise<void>;
}

const failuresPerWindow = 30;
const windowMs = 60_000;
const rememberedCallers = 10_000;

/** @throws ApplinksError `invalid_options`, with all problems at once. */
export function createApplinks(options: ApplinksOptions): Applinks {
  const config = parseOptions(options);
  const { store, clock, logger } = config;
  const events = createEvents((error, name) =>
    logger.error({ err: error, event: name }, 'express-applinks: a listener failed'),
  );
  const limiter =
    config.rateLimiter ??
    memoryRateLimiter({ failures: failuresPerWindow, windowMs, keys: rememberedCallers, clock });
  const context: Context = { config, store, sealer: createSealer(config.keys.encryption), events, limiter };
  const rawBodies = createRawBodies();
  const views = createViews(config, config.application.name);
  const endpoints = createEndpoints(context, views);
  const changeLink = createLinkChange(context);
  const server = ownServer(config);
  const clientFactory = createClientFactory(config, server.isRedirectUri);
  const transport = createTransport({
    ...config.network,
    own: config.baseUrl,
    fetch: config.network.allowInsecureFetch,
  });
  const accounts = createConnectedAccounts(context, createOAuth2Accounts(context, transport));
  const links = withDisconnect(
    createLinkService(context, changeLink, parsePublicKey, clientFactory),
    accounts,
  );
  const clients = createClientService(context, changeLink, clientFactory);
  const tokens = createTokenService(context);
  const extensions: { extension: Extension; bell: Bell }[] = [];
  const extensionRoutes = Router();
  const start = onceItSucceeds(() =>
    assemble({
      ...{ context, rawBodies, views, endpoints, transport, changeLink, links, tokens, accounts },
      ...{ clients, clientSchemas: clientFactory.schemas, server, extensionRoutes },
    }),
  );
  const client: Applinks['client'] = (linkId, options) =>
    laterClient(async () => (await start()).clients(linkId, options));
  const sweep = async (): Promise<void> => {
    await start();
    await store.sweep(clock());
  };
  const authenticator: Authenticator = async (req, scope) => (await start()).authenticator(req, scope);
  return {
    ready: async () => {
      await start();
    },
    router: () => (req, res, next) => {
      start().then(({ router }) => void router(req, res, next), next);
    },
    wellKnownRouter: () => wellKnownRoutes(config),
    authenticate: createAuthenticateMiddleware(context, authenticator, endpoints),
    strategy: () => createStrategy(authenticator, config.baseUrl),
    client,
    links: { ...links, ...clients },
    tokens,
    accounts,
    keepRawBody: rawBodies.keepRawBody,
    on: events.on,
    off: events.off,
    extend: (join) => {
      const bell = createBell();
      const { extension, api } = join({ context, rawBodies, endpoints, client, wake: bell.ring });
      extensionRoutes.use(extension.router);
      extensions.push({ extension, bell });
      return api;
    },
    tick: async () => {
      await sweep();
      for (const { extension } of extensions) await extension.tick(new AbortController().signal);
    },
    run: async ({ signal }) => {
      const work = extensions.map(({ extension: { tick, intervalMs }, bell }) => {
        const pass = async (stop: AbortSignal): Promise<void> => {
          await start();
          await tick(stop);
        };
        return repeat(pass, signal, logger, { intervalMs, bell });
      });
      await Promise.all([repeat(sweep, signal, logger), ...work]);
    },
    close: async () => {
      await transport.close();
      await store.close();
    },
  };
}

function ownServer({ baseUrl, network }: Config): OwnServer {
  const authorizationEndpoint = baseUrl + endpointPaths.authorize;
  return {
    authorizationEndpoint,
    tokenEndpoint: baseUrl + endpointPaths.token,
    isRedirectUri: (uri) => isRedirectUri(uri, { allowLoopback: network.allowInsecureLoopback }),
    redirectUriOf: (peerBaseUrl) => atlassianRedirectUri(peerBaseUrl, authorizationEndpoint),
  };
}

/** A client can be had before the first-run values are there; its calls wait for them. */
function laterClient(client: () => Promise<LinkClient>): LinkClient {
  return {
    as: (user) => async (path, init) => (await client()).as(user)(path, init),
    asApplication: (options) => async (path, init) => (await client()).asApplication(options)(path, init),
    asService: () => async (path, init) => (await client()).asService()(path, init),
    withAccessToken: (token) => async (path, init) => (await client()).withAccessToken(token)(path, init),
    status: async (user) => (await client()).status(user),
  };
}

/** Shares one run among all callers; after a failure the next caller tries again. */
function onceItSucceeds<T>(run: () => Promise<T>): () => Promise<T> {
  let running: Promise<T> | undefined;
  return () => {
    running ??= run().catch((error: unknown) => {
      running = undefined;
      throw error;
    });
    return running;
  };
}
