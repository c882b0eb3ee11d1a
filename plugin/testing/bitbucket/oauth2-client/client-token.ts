/** A token that a feature keeps for a user, and its status (oauth2.md 1.7). */
import type { TokenSet } from './token-lifetimes.js';

export type TokenStatus = 'UNKNOWN' | 'VALID' | 'RECOVERABLE' | 'UNRECOVERABLE';

export interface ClientToken extends TokenSet {
  id: string;
  configId: string;
  /** Of the stand-in. */
  user: string;
  status: TokenStatus;
  statusSinceMs: number;
}
