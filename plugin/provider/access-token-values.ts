/** A new access token with its session: what the consumer is told, and what is stored of it (rule 5). */
import { randomUUID } from 'node:crypto';
import type { Context } from '../context.js';
import { digest } from '../store/digest.js';
import { sealedPlace } from '../store/sealed-places.js';
import type { AccessToken } from '../store/tokens.js';
import type { Consumer } from './consumer.js';
import { randomToken } from './token-values.js';

export interface IssuedToken {
  token: string;
  secret: string;
  sessionHandle: string;
  record: AccessToken;
}

/** The session outlives its token by `lifetimes.sessionExtraMs`, counted from this (last) renewal (J A9). */
export function newAccessToken(
  { config, sealer }: Context,
  { link, credential }: Consumer,
  grant: { userId: string; scopes: string[] },
): IssuedToken {
  const token = randomToken();
  const secret = randomToken();
  const sessionHandle = randomToken();
  const createdAtMs = config.clock();
  const expiresAtMs = createdAtMs + credential.accessTokenLifetimeMs;
  const record = {
    id: randomUUID(),
    digest: digest(token),
    sealedSecret: sealer.seal(secret, sealedPlace.accessTokenSecret(link.id, grant.userId)),
    linkId: link.id,
    credentialId: credential.id,
    userId: grant.userId,
    scopes: grant.scopes,
    createdAtMs,
    expiresAtMs,
    lastUsedAtMs: null,
    sessionHandleDigest: digest(sessionHandle),
    sessionExpiresAtMs: expiresAtMs + config.lifetimes.sessionExtraMs,
  };
  return { token, secret, sessionHandle, record };
}
