/** How tokens, verifiers and handles are kept: they are 256 random bits, so a plain SHA-256 is enough (rule 5). */
import { createHash } from 'node:crypto';

/** SHA-256 in base64url, 43 characters. */
export function digest(secret: string): string {
  return createHash('sha256').update(secret).digest('base64url');
}
