/**
 * `X-Hub-Signature` of a webhook: `sha256=` and the HMAC-SHA256 of the raw body in hex (jenkins-integration.md C3). An
 * attacker who can measure time must learn nothing of the right value, nor whether an address is that of a hook.
 */
import { createHmac, timingSafeEqual } from 'node:crypto';

const form = /^sha256=([0-9a-f]{64})$/i;
const none = Buffer.alloc(32);
/** Costs an unknown address what a known one costs. */
const nobodysSecret = 'the secret of no webhook';

export function isSignedBy(body: Uint8Array, signature: string, secrets: readonly string[]): boolean {
  const hex = form.exec(signature)?.[1];
  const given = hex === undefined ? none : Buffer.from(hex, 'hex');
  const matches = (secrets.length > 0 ? secrets : [nobodysSecret]).map((secret) =>
    timingSafeEqual(createHmac('sha256', secret).update(body).digest(), given),
  );
  return secrets.length > 0 && hex !== undefined && matches.includes(true);
}
