/**
 * What may be said of a client of OAuth 2.0, by an administrator's form, by JSON and by the host's own code (RFC 6749
 * section 2; oauth2.md 2.8, 5.2, 5.4): one schema for all three.
 */
import { z } from 'zod';
import type { Config } from '../../config.js';

/** plugin/oauth2/redirect-uri.ts, handed in: an administrator's pages know no protocol. */
export type IsRedirectUri = (uri: string) => boolean;

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;
const mostRedirectUris = 20;

const uriRule =
  'Enter an https URL of at most 450 characters, without fragment, user name or password; http only for this machine, in development.';
const scopeRule = 'Choose from the scopes of this application.';

const between = (leastMs: number, mostMs: number, rule: string) =>
  z.int(rule).min(leastMs, rule).max(mostMs, rule);

export type ClientSchemas = ReturnType<typeof createClientSchemas>;

export function createClientSchemas(
  { offeredScopes, oauth2: defaults }: Pick<Config, 'offeredScopes' | 'oauth2'>,
  isRedirectUri: IsRedirectUri,
) {
  const redirectUri = z.strictObject(
    {
      uri: z.string(uriRule).trim().refine(isRedirectUri, uriRule),
      isPlaceholder: z.boolean('Choose true or false.').default(false),
    },
    'Give each redirect URI as an object with uri and isPlaceholder.',
  );
  const fields = {
    type: z.enum(['atlassian', 'confidential', 'public'], 'Choose what kind of client it is.'),
    redirectUris: z
      .array(redirectUri, 'Give a list of redirect URIs.')
      .max(mostRedirectUris, `Use at most ${mostRedirectUris} redirect URIs.`)
      .refine((uris) => new Set(uris.map(({ uri }) => uri)).size === uris.length, 'Give each address once.'),
    scopes: z
      .array(
        z.string(scopeRule).refine((name) => Object.hasOwn(offeredScopes, name), scopeRule),
        'Give a list of scopes.',
      )
      .min(1, 'Choose at least one scope.')
      .max(100, 'Use at most 100 scopes.')
      .overwrite((names) => [...new Set(names)].sort()),
    allowClientCredentials: z.boolean('Choose true or false.'),
    accessTokenLifetimeMs: between(minuteMs, dayMs, 'Choose between 1 minute and 1 day.'),
    refreshTokenLifetimeMs: between(hourMs, 365 * dayMs, 'Choose between 1 hour and 1 year.'),
    authorizationLifetimeMs: between(
      hourMs,
      3650 * dayMs,
      'Choose between 1 hour and 10 years, or no end.',
    ).nullable(),
  };
  return {
    client: z.strictObject(
      {
        type: fields.type.default('confidential'),
        redirectUris: fields.redirectUris,
        scopes: fields.scopes,
        allowClientCredentials: fields.allowClientCredentials.default(false),
        accessTokenLifetimeMs: fields.accessTokenLifetimeMs.default(defaults.accessTokenMs),
        refreshTokenLifetimeMs: fields.refreshTokenLifetimeMs.default(defaults.refreshTokenMs),
        authorizationLifetimeMs: fields.authorizationLifetimeMs.default(defaults.authorizationMs),
      },
      'Describe the client by an object.',
    ),
    /** What is not mentioned stays as it is. A client stays public or confidential: its secret hangs on it. */
    clientChange: z
      .strictObject(
        { ...fields, type: z.enum(['atlassian', 'confidential'], 'A client stays public or confidential.') },
        'Describe the client by an object.',
      )
      .partial(),
    rotation: z.strictObject(
      {
        /** How long the former secret is valid, too. */
        overlapMs: between(0, 30 * dayMs, 'Choose between 0 and 30 days.').default(dayMs),
      },
      'Send an object, empty for an overlap of one day.',
    ),
  };
}

export type ClientInput = z.input<ClientSchemas['client']>;
export type ClientChange = z.input<ClientSchemas['clientChange']>;
export type SecretRotation = z.input<ClientSchemas['rotation']>;
