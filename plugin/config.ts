/**
 * The options of createApplinks(): a strict schema, all defaults in one place, all errors at once (rule 9).
 * A misspelt option is answered with its path and the nearest known name.
 */
import { z } from 'zod';
import { networkOptions } from './network-options.js';
import { readOptions } from './option-problems.js';
import type { Host } from './host.js';
import type { Logger } from './logger.js';
import { quietLogger } from './logger.js';
import type { RateLimiter } from './http/rate-limiter.js';
import type { Store } from './store/store.js';

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;

const baseUrl = z
  .string()
  .refine(isBaseUrl, 'must be an absolute http or https URL without query, fragment or user info')
  .transform((value) => value.replace(/\/+$/, ''));

const mountPath = z
  .string()
  .regex(/^(?:\/[^?#\s]*[^/?#\s])?$/, 'must be empty or begin with a slash and not end with one');

const endpointPath = z
  .string()
  .regex(
    /^(?:\/[\w.~%-]+)+$/,
    'must begin with a slash and have letters, digits and . _ ~ % - between single slashes',
  );

const functions = (...names: string[]) => {
  const missing = (value: unknown): string | undefined =>
    names.find((name) => typeof (value as Record<string, unknown> | null)?.[name] !== 'function');
  return {
    check: (value: unknown): boolean => missing(value) === undefined,
    error: { error: `must have the functions ${names.join(', ')}` },
  };
};

const hostShape = functions('user', 'findUser', 'isAdmin', 'login');
const loggerShape = functions('debug', 'info', 'warn', 'error');
const storeShape = functions('migrate', 'close', 'sweep');
const limiterShape = functions('retryAfterSeconds', 'fail');
const clockShape = (value: unknown): boolean => typeof value === 'function';

const optionsSchema = z.strictObject({
  baseUrl,
  mountPath: mountPath.optional(),
  application: z.strictObject({
    name: z.string().trim().min(1).max(255),
    version: z.string().trim().min(1).max(64).default('1.0.0'),
  }),
  store: z.custom<Store>(storeShape.check, storeShape.error),
  keys: z.strictObject({
    encryption: z
      .array(
        z.base64('must be Base64').refine(isKeySized, 'must be 32 bytes in Base64: openssl rand -base64 32'),
      )
      .min(1),
  }),
  host: z.custom<Host>(hostShape.check, hostShape.error),
  scopes: z
    .record(
      z.string().regex(/^[\x21\x23-\x5b\x5d-\x7e]{1,64}$/, 'must be an RFC 6749 scope token'),
      z.string().min(1),
    )
    .default({}),
  paths: z
    .strictObject({
      requestToken: z.array(endpointPath).default([]),
      authorize: z.array(endpointPath).default([]),
      accessToken: z.array(endpointPath).default([]),
    })
    .prefault({}),
  /** Refuse callbacks outside the origins of the link that the consumer belongs to. */
  restrictCallbackOrigins: z.boolean().default(false),
  /** Let linked applications act for users whom they name (2LO with impersonation), where a link has that level. */
  allowImpersonation: z.boolean().default(false),
  /** Let them act for administrators too. */
  allowInsecureAdminImpersonation: z.boolean().default(false),
  lifetimes: z
    .strictObject({
      requestTokenMs: z
        .int()
        .min(minute)
        .max(60 * minute)
        .default(10 * minute),
      accessTokenMs: z
        .int()
        .min(minute)
        .max(10 * 365 * day)
        .default(365 * day),
      /** How much longer than its access token a session can renew it. */
      sessionExtraMs: z
        .int()
        .min(0)
        .max(365 * day)
        .default(30 * day),
    })
    .prefault({}),
  /** Our authorization server for OAuth 2.0. */
  oauth2: z
    .strictObject({
      /** How long a code can be exchanged. */
      codeMs: z
        .int()
        .min(10_000)
        .max(10 * minute)
        .default(minute),
      /** These three are what new clients get. */
      accessTokenMs: z.int().min(minute).max(day).default(hour),
      /** Counted anew with each renewal. */
      refreshTokenMs: z
        .int()
        .min(hour)
        .max(365 * day)
        .default(90 * day),
      /** However often it is renewed, an authorization ends then; null: never. */
      authorizationMs: z
        .int()
        .min(hour)
        .max(10 * 365 * day)
        .nullable()
        .default(365 * day),
      /** Serve it below `/rest/oauth2/latest` too, where Data Center products have theirs. */
      dataCenterPaths: z.boolean().default(true),
      /** Let confidential clients ask about the tokens of their own link (RFC 7662). */
      introspection: z.boolean().default(false),
      /** Let the port of a loopback redirect URI differ from the registered one, for native apps (RFC 8252 section 7.3). */
      anyLoopbackPort: z.boolean().default(false),
    })
    .prefault({}),
  /** The client of Atlassian's cloud that the vendor of the host has registered; a connection may have its own. */
  cloud: z
    .strictObject({
      authUrl: baseUrl.default('https://auth.atlassian.com'),
      apiUrl: baseUrl.default('https://api.atlassian.com'),
      clientId: z.string().min(1).max(255).optional(),
      clientSecret: z.string().min(1).max(1024).optional(),
    })
    .prefault({}),
  network: networkOptions.prefault({}),
  logger: z.custom<Logger>(loggerShape.check, loggerShape.error).default(quietLogger),
  rateLimiter: z.custom<RateLimiter>(limiterShape.check, limiterShape.error).optional(),
  /** Milliseconds since the epoch; for tests. */
  clock: z.custom<() => number>(clockShape, 'must be a function').default(() => Date.now),
});

export type ApplinksOptions = z.input<typeof optionsSchema>;
export type Config = z.output<typeof optionsSchema> & {
  mountPath: string;
  /** What OAuth 2.0 clients can be given: `scopes`, or the built-in one where there are none, for a client needs one. */
  offeredScopes: Readonly<Record<string, string>>;
};

/** @throws ApplinksError `invalid_options`, one line per problem. */
export function parseOptions(options: ApplinksOptions): Config {
  const config = readOptions('createApplinks()', optionsSchema, options);
  return {
    ...config,
    mountPath: config.mountPath ?? new URL(config.baseUrl).pathname.replace(/\/$/, ''),
    offeredScopes: offeredScopes(config),
  };
}

/** The built-in scope opens what authenticate() without a scope lets pass. */
function offeredScopes({ scopes, application }: z.output<typeof optionsSchema>): Record<string, string> {
  return Object.keys(scopes).length > 0 ? scopes : { access: `Use ${application.name} in your name` };
}

function isBaseUrl(value: string): boolean {
  if (!URL.canParse(value) || /[?#\s]/.test(value)) return false;
  const url = new URL(value);
  return /^https?:$/.test(url.protocol) && url.username === '' && url.password === '';
}

function isKeySized(value: string): boolean {
  return Buffer.from(value, 'base64').length === 32;
}
