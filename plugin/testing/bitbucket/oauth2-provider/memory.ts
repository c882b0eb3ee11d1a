/** What the stand-in remembers as an OAuth 2.0 provider: clients, codes, token pairs, and what an audit log would say. */
import { randomBytes } from 'node:crypto';
import { defaultProviderSwitches, type OAuth2ProviderSwitches } from './switches.js';

/** An incoming link (oauth2.md 2.8); its secret stays readable. */
export interface OAuth2Client {
  /** UUID of the record. */
  id: string;
  clientId: string;
  clientSecret: string;
  name: string;
  redirects: readonly string[];
  /** Sorted. */
  scope: readonly string[];
  /** Of the administrator who registered it. */
  userKey: string;
}

export interface Challenge {
  value: string;
  method: 'plain' | 'S256';
}

export interface AuthorizationCode {
  value: string;
  clientId: string;
  redirectUri: string;
  user: string;
  scope: readonly string[];
  challenge: Challenge | undefined;
  createdAtMs: number;
}

/** An access token with its refresh token; the ids are what the provider stores of them. */
export interface TokenPair {
  accessId: string;
  accessToken: string;
  refreshId: string;
  refreshToken: string;
  clientId: string;
  user: string;
  scope: readonly string[];
  /** From which the first pair of the line came; undefined: put in place by a test. */
  code: string | undefined;
  createdAtMs: number;
  accessExpiresAtMs: number;
  refreshExpiresAtMs: number;
  refreshCount: number;
  /** Requests to resources that it was good for. */
  uses: number;
}

export interface AuditEntry {
  action:
    | 'authorization.granted'
    | 'client.created'
    | 'client.updated'
    | 'client.deleted'
    | 'client.secret-refreshed'
    | 'token.created'
    | 'token.revoked';
  clientId: string;
  /** How often the pair was refreshed before, or what a client was and is now. */
  details: Readonly<Record<string, unknown>>;
}

export interface OAuth2Memory {
  switches: OAuth2ProviderSwitches;
  /** By client id. */
  clients: Map<string, OAuth2Client>;
  /** By value. Unused ones. */
  codes: Map<string, AuthorizationCode>;
  redeemedCodes: Set<string>;
  pairs: Set<TokenPair>;
  jwtSecret: Buffer;
  /** One-time tokens of consent pages by session. */
  consentTokens: Map<string, Set<string>>;
  audit: AuditEntry[];
}

export const newId = (): string => randomBytes(16).toString('hex');
export const newSecret = (): string => randomBytes(32).toString('hex');

export const createOAuth2Memory = (): OAuth2Memory => ({
  switches: defaultProviderSwitches(),
  clients: new Map(),
  codes: new Map(),
  redeemedCodes: new Set(),
  pairs: new Set(),
  jwtSecret: randomBytes(32),
  consentTokens: new Map(),
  audit: [],
});
