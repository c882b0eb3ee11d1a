/**
 * The tokens that the stand-in gives as a provider (applinks-oauth1.md 6.2, 6.5), with their lifetimes. An access
 * token keeps the secret of its request token, through every renewal.
 */
import { randomInt } from 'node:crypto';

export interface IssuedToken {
  kind: 'request' | 'access';
  value: string;
  secret: string;
  consumerKey: string;
  /** 1.0: asked for without `oauth_callback`, so without a verifier. */
  version: '1.0' | '1.0a';
  /** Of the request; undefined for `oob` and for 1.0. */
  callback: string | undefined;
  decision: 'undecided' | 'allowed' | 'denied';
  /** Name of the one who decided. */
  user: string | undefined;
  verifier: string | undefined;
  createdAtMs: number;
  /** Access tokens only; undefined: not renewable. */
  session: { handle: string; renewedAtMs: number } | undefined;
}

export const requestLifetimeMs = 10 * 60 * 1000;
export const accessLifetimeMs = 5 * 365 * 24 * 60 * 60 * 1000;
/** Counted from the last renewal. */
export const sessionLifetimeMs = accessLifetimeMs + 30 * 24 * 60 * 60 * 1000;

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';

export const randomAlphanumerics = (length: number): string =>
  Array.from({ length }, () => alphabet.charAt(randomInt(alphabet.length))).join('');

export const isExpired = ({ kind, createdAtMs }: IssuedToken, nowMs: number): boolean =>
  nowMs - createdAtMs > (kind === 'request' ? requestLifetimeMs : accessLifetimeMs);
