/** Composition root: createApplinks() wires the capabilities together; nothing else knows them all. */
import { Router, type RequestHandler } from 'express';
import { createLinkService, type LinkService, type SavedLink } from './admin/link-service.js';
import type { CredentialChange, CredentialInput, LinkChange, LinkInput } from './admin/link-input.js';
import { pageRoutes } from './admin/pages.js';
import { restRoutes } from './admin/rest.js';
import { createTokenService, type TokenService } from './admin/token-service.js';
import { repeat } from './background.js';
import { parseOptions, type ApplinksOptions } from './config.js';
import type { Context } from './context.js';
import { createEvents, type EventName, type Listener } from './events.js';
import { createCsrf } from './http/csrf.js';
import { createEndpoints, type EndpointFactory } from './http/handler.js';
import { memoryRateLimiter } from './http/rate-limiter.js';
import { createRawBodies, type RawBodies } from './http/raw-body.js';
import { tolerateDoubleSlashes } from './http/tolerate-double-slashes.js';
import { createViews, type Views } from './http/views.js';
import { createAuthenticator, type Authenticator } from './provider/authenticate.js';
import {
  createAuthenticateMiddleware,
  type AuthenticateOptions,
} from './provider/authenticate-middleware.js';
import { createConsumers } from './provider/consumer.js';
import { providerRoutes } from './provider/routes.js';
import { createStrategy, type ApplinksStrategy } from './provider/strategy.js';
import { parsePublicKey } from './oauth1/public-key.js';
import { installationKey } from './store/installation-key.js';
import { createSealer } from './store/seal.js';
import type { Link } from './store/store.js';
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
}

export interface Applinks {
  /** Migrations and first-run values. The router waits for it by itself; awaiting it shows errors at start. */
  ready(): Promise<void>;
  /** All routes of the kit; mount it below the path of `baseUrl`, after the session and before body parsers. */
  router(): RequestHandler;
  authenticate(options?: AuthenticateOptions): RequestHandler;
  strategy(): ApplinksStrategy;
  readonly links: Links;
  readonly tokens: TokenService;
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

interface Parts {
  router: RequestHandler;
  authenticator: Authenticator;
}

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
  const links = createLinkService(context, parsePublicKey);
  const tokens = createTokenService(context);
  const start = onceItSucceeds(() => assemble(context, rawBodies, views, endpoints, { links, tokens }));
  const tick = async (): Promise<void> => {
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
    authenticate: createAuthenticateMiddleware(context, authenticator, endpoints),
    strategy: () => createStrategy(authenticator, config.baseUrl),
    links,
    tokens,
    keepRawBody: rawBodies.keepRawBody,
    on: events.on,
    off: events.off,
    tick,
    run: ({ signal }) => repeat(tick, signal, logger),
    close: () => store.close(),
  };
}

async function assemble(
  context: Context,
  rawBodies: RawBodies,
  views: Views,
  endpoints: EndpointFactory,
  services: { links: LinkService; tokens: TokenService },
): Promise<Parts> {
  const { store, sealer, config } = context;
  await store.migrate();
  const csrf = createCsrf(await installationKey(store, sealer, 'csrf_key'), config.baseUrl);
  const consumers = await createConsumers(context);
  const router = Router();
  router.use(providerRoutes({ context, views, csrf, rawBodies, endpoints, consumers }));
  router.use(restRoutes({ context, rawBodies, endpoints, ...services }));
  router.use(pageRoutes({ context, views, csrf, rawBodies, endpoints, ...services }));
  return {
    router: tolerateDoubleSlashes(router),
    authenticator: createAuthenticator(context, consumers, rawBodies),
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
