/** Client authentication by the body, which is the only one (oauth2.md 2.5). An unknown client costs the same. */
import { createHash, timingSafeEqual } from 'node:crypto';
import type { StandInContext } from '../context.js';
import { OAuth2Refusal } from './oauth2-refusal.js';

const digest = (text: string): Buffer => createHash('sha256').update(text).digest();

export function requireClientSecret({ oauth2 }: StandInContext, form: URLSearchParams): void {
  const client = oauth2.clients.get(form.get('client_id') ?? '');
  const isRight = timingSafeEqual(
    digest(form.get('client_secret') ?? ''),
    digest(client?.clientSecret ?? ''),
  );
  if (!client || (oauth2.switches.validateClientSecret && !isRight)) {
    throw new OAuth2Refusal('invalid_client', 'credentials');
  }
}
