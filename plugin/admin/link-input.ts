/**
 * What may be said of a link, by an administrator's form, by JSON and by the host's own code: one schema for all three,
 * so that no way in is laxer than another. Everything is bounded, and all problems are told at once, each at its field.
 */
import { z } from 'zod';
import type { Config } from '../config.js';
import { InvalidInput } from '../errors.js';
import { isCallbackUrl } from '../http/callback-url.js';
import type { ClientSchemas } from './clients/client-input.js';

const minuteMs = 60_000;
const dayMs = 24 * 60 * minuteMs;

const printable = /^[^\p{C}\p{Zl}\p{Zp}]*$/u;
const typeRule = 'Use an application type such as generic or stash.';
const callbackRule = 'Enter an http or https URL with a host, without fragment, user name or password.';

const line = (what: string, longest = 255) =>
  z
    .string(`Enter ${what}.`)
    .trim()
    .min(1, `Enter ${what}.`)
    .max(longest, `Use at most ${longest} characters.`)
    .regex(printable, 'Use printable characters only.');

const webUrl = z
  .string(callbackRule)
  .trim()
  .refine(isCallbackUrl, callbackRule)
  .refine((url) => !url.includes('?'), 'Enter the address of the application itself, without a query.')
  .transform((url) => url.replace(/\/+$/, ''));

const between = (leastMs: number, mostMs: number, rule: string) =>
  z.int(rule).min(leastMs, rule).max(mostMs, rule);

const lifetimes = {
  requestToken: between(minuteMs, 60 * minuteMs, 'Choose between 1 minute and 1 hour.'),
  accessToken: between(minuteMs, 3650 * dayMs, 'Choose between 1 minute and 10 years.'),
  idle: between(minuteMs, 3650 * dayMs, 'Choose between 1 minute and 10 years, or none.'),
};

export type LinkSchemas = ReturnType<typeof createLinkSchemas>;

export function createLinkSchemas({ scopes, lifetimes: defaults }: Pick<Config, 'scopes' | 'lifetimes'>) {
  const scopeRule = 'Choose from the scopes of this application.';
  const scope = z.string(scopeRule).refine((name) => Object.hasOwn(scopes, name), scopeRule);
  const settings = {
    callbackUrl: z.string(callbackRule).trim().refine(isCallbackUrl, callbackRule).nullable(),
    allowInsecureMissingCallback: z.boolean('Choose true or false.'),
    scopes: z
      .array(scope, 'Give a list of scopes, or null for all.')
      .max(100, 'Use at most 100 scopes.')
      .overwrite((names) => [...new Set(names)])
      .nullable(),
    requestTokenLifetimeMs: lifetimes.requestToken,
    accessTokenLifetimeMs: lifetimes.accessToken,
    idleTimeoutMs: lifetimes.idle.nullable(),
  };
  const identity = {
    key: line('a consumer key'),
    secret: line('a shared secret').optional(),
    publicKey: z
      .string('Paste a public key or certificate.')
      .max(16_384, 'This is too long for a key.')
      .optional(),
  };
  const consumer = 'Describe the consumer by an object.';
  const application = 'Describe the link by an object.';
  const credential = z.strictObject(
    {
      ...identity,
      signatureMethod: z.enum(['HMAC-SHA1', 'HMAC-SHA256', 'RSA-SHA1'], 'Choose a signature method.'),
      callbackUrl: settings.callbackUrl.default(null),
      allowInsecureMissingCallback: settings.allowInsecureMissingCallback.default(false),
      scopes: settings.scopes.default(null),
      requestTokenLifetimeMs: settings.requestTokenLifetimeMs.default(defaults.requestTokenMs),
      accessTokenLifetimeMs: settings.accessTokenLifetimeMs.default(defaults.accessTokenMs),
      idleTimeoutMs: settings.idleTimeoutMs.default(null),
    },
    consumer,
  );
  const link = z.strictObject(
    {
      name: line('a name'),
      type: z
        .string(typeRule)
        .regex(/^[a-z][a-z0-9.-]{0,63}$/, typeRule)
        .default('generic'),
      displayUrl: webUrl.nullable().default(null),
      rpcUrl: webUrl.nullable().default(null),
      credential: credential.optional(),
    },
    application,
  );
  return {
    link,
    credential,
    linkChange: z
      .strictObject(
        { name: link.shape.name, displayUrl: webUrl.nullable(), rpcUrl: webUrl.nullable() },
        application,
      )
      .partial(),
    credentialChange: z.strictObject({ ...identity, ...settings }, consumer).partial(),
  };
}

/** A new link may come with a client of OAuth 2.0, as it may with a consumer. */
export function withClient(link: LinkSchemas['link'], { client }: Pick<ClientSchemas, 'client'>) {
  return link.extend({ client: client.optional() });
}

export type LinkInput = z.input<ReturnType<typeof withClient>>;
export type LinkChange = z.input<LinkSchemas['linkChange']>;
export type CredentialInput = z.input<LinkSchemas['credential']>;
export type CredentialChange = z.input<LinkSchemas['credentialChange']>;

/** @throws InvalidInput with the sentences of each field; field names are dotted paths, `input` for the whole. */
export function readInput<Schema extends z.ZodType>(schema: Schema, input: unknown): z.output<Schema> {
  const result = schema.safeParse(input);
  if (result.success) return result.data;
  const fields: Record<string, string[]> = {};
  for (const issue of result.error.issues) {
    const sentences =
      issue.code === 'unrecognized_keys' ? issue.keys.map((key) => `Unknown field ${key}.`) : [issue.message];
    (fields[issue.path.join('.') || 'input'] ??= []).push(...sentences);
  }
  throw new InvalidInput(fields);
}
