/**
 * Codes and tokens of the cloud (oauth2.md 4.1): a code lives for ten minutes and works once; each refresh gives a new
 * refresh token and leaves ten minutes in which the old one may come again, since an answer can be lost; a refresh token
 * that is not used for 90 days is over, and so is the whole family 365 days after the consent.
 */
import { randomBytes } from 'node:crypto';
import { newAccessToken } from './access-token.js';
import type { CloudSwitches } from './switches.js';

export interface CloudGrant {
  clientId: string;
  user: string;
  scopes: readonly string[];
  /** Undefined: every site of the account. */
  siteName: string | undefined;
  grantedAtMs: number;
}

export interface Issued {
  accessToken: string;
  /** Only with `offline_access`. */
  refreshToken: string | undefined;
}

interface PendingCode {
  grant: CloudGrant;
  redirectUri: string;
}

interface RefreshToken {
  grant: CloudGrant;
  issuedAtMs: number;
  firstUsedAtMs: number | undefined;
}

export interface Grants {
  newCode(grant: Omit<CloudGrant, 'grantedAtMs'>, redirectUri: string): string;
  /** Undefined when it is unknown, used, too old, or another's. */
  redeem(code: string, clientId: string, redirectUri: string): CloudGrant | undefined;
  issue(grant: CloudGrant): Issued;
  /** Undefined when the refresh token is of no use; otherwise it is used now. */
  rotate(refreshToken: string, clientId: string): CloudGrant | undefined;
  /** Undefined when it is unknown, over or revoked. */
  find(accessToken: string): CloudGrant | undefined;
  /** Of those that can still bring tokens or have brought them. */
  all(): readonly CloudGrant[];
  /** As a user does among the connected apps. */
  revoke(user: string, clientId: string): void;
}

const minuteMs = 60_000;
const dayMs = 24 * 60 * minuteMs;
const codeMs = 10 * minuteMs;
const leewayMs = 10 * minuteMs;
const inactivityMs = 90 * dayMs;
const absoluteMs = 365 * dayMs;

export function createGrants(now: () => number, switches: CloudSwitches): Grants {
  const codes = new Map<string, PendingCode>();
  const access = new Map<string, { grant: CloudGrant; untilMs: number }>();
  const refresh = new Map<string, RefreshToken>();
  const live = new Set<CloudGrant>();

  const isUsable = ({ grant, issuedAtMs, firstUsedAtMs }: RefreshToken): boolean =>
    live.has(grant) &&
    now() - issuedAtMs <= inactivityMs &&
    now() - grant.grantedAtMs <= absoluteMs &&
    (firstUsedAtMs === undefined || now() - firstUsedAtMs <= leewayMs);

  return {
    newCode: (asked, redirectUri) => {
      const code = randomBytes(24).toString('base64url');
      codes.set(code, { grant: { ...asked, grantedAtMs: now() }, redirectUri });
      return code;
    },
    redeem: (code, clientId, redirectUri) => {
      const pending = codes.get(code);
      if (pending?.grant.clientId !== clientId || pending.redirectUri !== redirectUri) return undefined;
      codes.delete(code);
      if (now() - pending.grant.grantedAtMs > codeMs) return undefined;
      live.add(pending.grant);
      return pending.grant;
    },
    issue: (grant) => {
      const { user, clientId, scopes } = grant;
      const claims = { sub: user, client_id: clientId, scope: scopes.join(' ') };
      const accessToken = newAccessToken(claims, switches.accessTokenBytes);
      access.set(accessToken, { grant, untilMs: now() + switches.accessTokenSeconds * 1000 });
      if (!scopes.includes('offline_access')) return { accessToken, refreshToken: undefined };
      const refreshToken = randomBytes(48).toString('base64url');
      refresh.set(refreshToken, { grant, issuedAtMs: now(), firstUsedAtMs: undefined });
      return { accessToken, refreshToken };
    },
    rotate: (value, clientId) => {
      const token = refresh.get(value);
      if (token?.grant.clientId !== clientId || !isUsable(token)) return undefined;
      token.firstUsedAtMs ??= now();
      return token.grant;
    },
    find: (value) => {
      const token = access.get(value);
      return token && token.untilMs > now() && live.has(token.grant) ? token.grant : undefined;
    },
    all: () => [...live],
    revoke: (user, clientId) => {
      for (const grant of live) if (grant.user === user && grant.clientId === clientId) live.delete(grant);
    },
  };
}
