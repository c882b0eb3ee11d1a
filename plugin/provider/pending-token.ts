/** The request token that a consent page is about (J A6, AL 6.4): it must exist, be fresh and be undecided. */
import type { Config } from '../config.js';
import type { Context } from '../context.js';
import { OAuthProblem } from '../errors.js';
import { digest } from '../store/digest.js';
import type { Credential, Link } from '../store/store.js';
import type { RequestToken } from '../store/tokens.js';
import { requireThreeLegged } from './request-token.js';
import { rejectToken } from './token-owner.js';

export interface Pending {
  /** As the browser sent it; needed to name it on the way back. */
  token: string;
  record: RequestToken;
  link: Link;
  credential: Credential;
  /** What will be granted: the consumer's ceiling. */
  scopes: string[];
}

/** @throws OAuthProblem `parameter_absent`, `token_rejected`, `token_used`, `token_expired`, `permission_denied`. */
export async function requirePending(
  { store, config }: Context,
  token: string | undefined,
): Promise<Pending> {
  if (token === undefined || token === '') {
    throw new OAuthProblem('parameter_absent', { oauth_parameters_absent: 'oauth_token' });
  }
  const record = await store.requestTokens.get(digest(token));
  const link = record && (await store.links.get(record.linkId));
  const credential = link?.incoming.find(({ id }) => id === record?.credentialId);
  if (!record || !link || !credential) return rejectToken('request token unknown');
  if (record.decision !== null) throw new OAuthProblem('token_used', {}, { reason: 'already decided' });
  if (config.clock() > record.expiresAtMs) {
    throw new OAuthProblem('token_expired', {}, { reason: 'request token expired' });
  }
  requireThreeLegged({ link, credential });
  return { token, record, link, credential, scopes: grantableScopes(config, credential) };
}

/** The consumer's ceiling, as far as these scopes (still) exist. */
export function grantableScopes({ scopes }: Pick<Config, 'scopes'>, credential: Credential): string[] {
  return Object.keys(scopes).filter((scope) => credential.scopes?.includes(scope) ?? true);
}
