/** Fresh token values and their lifetimes: 256 random bits each, without the bias of J A9's modulo. */
import { randomBytes } from 'node:crypto';

/** 32 random bytes in base64url, 43 characters; used for tokens, secrets, session handles and verifiers. */
export function randomToken(): string {
  return randomBytes(32).toString('base64url');
}
