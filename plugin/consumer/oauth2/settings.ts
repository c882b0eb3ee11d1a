/**
 * The settings of a connection of kind `oauth2`, read and written in one place; the client secret is not among them, it
 * is the connection's `sealedSecret`. A store is not believed: what cannot be read counts as not set.
 */
import { z } from 'zod';
import type { Connection } from '../../store/store.js';
import { presetNames } from './presets.js';
import { isScopeName, readScopes } from './scopes.js';

const text = z.string().min(1).max(2048).nullable().catch(null).default(null);

const settingsSchema = z.object({
  preset: z.enum(presetNames).catch('custom'),
  clientId: text,
  /** What the client is registered for at the peer. */
  scopes: z
    .string()
    .catch('')
    .default('')
    .transform((names) => readScopes(names).filter(isScopeName)),
  /** The four addresses of a custom server; the others' follow from their base URL. */
  authorizeUrl: text,
  tokenUrl: text,
  revokeUrl: text,
  issuer: text,
  /** The server announces that it names itself in each answer (RFC 9207): then it must. */
  isIssAnnounced: z
    .string()
    .optional()
    .transform((value) => value === 'true'),
  /** Atlassian's cloud does not document PKCE, so there it is used only when switched on (4.1); elsewhere always. */
  pkce: z
    .string()
    .optional()
    .transform((value) => value === 'true'),
  /** How a custom server takes the client's credentials. */
  tokenAuthentication: z.enum(['client_secret_post', 'client_secret_basic']).catch('client_secret_post'),
});

export type OAuth2Settings = z.output<typeof settingsSchema>;

export function readSettings({ settings }: Pick<Connection, 'settings'>): OAuth2Settings {
  return settingsSchema.parse(settings);
}

export function writeSettings(settings: OAuth2Settings): Record<string, string> {
  const { scopes, isIssAnnounced, pkce, ...texts } = settings;
  const set = Object.entries({
    ...texts,
    scopes: scopes.join(' '),
    isIssAnnounced: String(isIssAnnounced),
    pkce: pkce ? 'true' : null,
  });
  return Object.fromEntries(
    set.filter((entry): entry is [string, string] => entry[1] !== null && entry[1] !== ''),
  );
}
