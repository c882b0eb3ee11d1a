/**
 * Which client is it, and is it really that one? (RFC 6749 section 2.3; oauth2.md part 6, rows 18 and 27.) An attacker
 * probes for client ids: an unknown one costs the same look-up and comparison as a wrong secret, and gets the same answer.
 */
import type { Context } from '../../context.js';
import { OAuth2Error } from '../../oauth2-errors.js';
import type { ClientCredentials } from '../../oauth2/client-credentials.js';
import { digest } from '../../store/digest.js';
import type { OAuth2Client } from '../../store/oauth2-client.js';
import type { Link } from '../../store/store.js';
import { isSameDigest } from '../request-token-state.js';
import { randomToken } from '../token-values.js';

export interface RegisteredClient {
  link: Link;
  client: OAuth2Client;
}

/** What RFC 6749 appendix A.1 lets one be made of; no other is looked for, since PostgreSQL fails on a null character. */
const clientIdForm = /^[\x20-\x7e]{1,255}$/;

/** The digest of a secret that nobody has. */
const dummyDigest = digest(randomToken());

export async function findClient(
  { store }: Pick<Context, 'store'>,
  clientId: string,
): Promise<RegisteredClient | undefined> {
  return clientIdForm.test(clientId) ? store.links.findByClientId(clientId) : undefined;
}

/** @throws OAuth2Error `invalid_client` */
export function requireSecret(
  found: RegisteredClient | undefined,
  { secret }: ClientCredentials,
  nowMs: number,
): RegisteredClient {
  const given = digest(secret ?? '');
  const valid = (found?.client.secrets ?? []).filter(
    ({ expiresAtMs }) => expiresAtMs === null || nowMs < expiresAtMs,
  );
  const compared = [dummyDigest, ...valid.map((stored) => stored.digest)];
  const isRight = compared.filter((stored) => isSameDigest(given, stored)).length > 0;
  const isPublic = found?.client.type === 'public' && secret === undefined;
  if (found && (isPublic || (isRight && found.client.type !== 'public'))) return found;
  throw new OAuth2Error('invalid_client', 'The client is unknown or its secret is wrong.', 401);
}

/** The client's ceiling, as far as these scopes (still) exist. */
export function grantableScopes({ config }: Pick<Context, 'config'>, { scopes }: OAuth2Client): string[] {
  return Object.keys(config.offeredScopes).filter((scope) => scopes.includes(scope));
}

/** As much of what was granted as an administrator has left to the client since. */
export function scopesLeft(
  context: Pick<Context, 'config'>,
  client: OAuth2Client,
  granted: readonly string[],
): string[] {
  return grantableScopes(context, client).filter((scope) => granted.includes(scope));
}
