/**
 * A refresh token for new tokens (RFC 6749 section 6, RFC 9700 section 4.14.2; oauth2.md part 6, rows 22 to 26). Each works
 * once. One that comes again has leaked, or its answer was lost: within the grace window an Atlassian client gets the
 * answer once more, since its cluster nodes renew side by side and keep nothing of each other (1.7), and others an error
 * that ends nothing; afterwards all that came of the authorization ends. A dead token costs one look-up, however often.
 */
import type { Context } from '../../context.js';
import { RateLimited } from '../../errors.js';
import { OAuth2Error } from '../../oauth2-errors.js';
import { requireParameter } from '../../oauth2/parameters.js';
import { intersectScopes, requireScopes } from '../../oauth2/scope.js';
import type { Authorization, Rotation, TokenPair } from '../../store/authorizations.js';
import { digest } from '../../store/digest.js';
import type { OAuth2Client } from '../../store/oauth2-client.js';
import type { ClientRequest } from './client-endpoint.js';
import { scopesLeft } from './clients.js';
import { authorizationEvent, newTokens, requireGrantor, type TokenAnswer } from './issued-tokens.js';
import { revokeAuthorization } from './revoke-authorization.js';
import { openSuccessor, sealSuccessor } from './successor.js';

export const graceWindowMs = 30_000;

/** A refresh token as found, with the authorization that it renews. */
interface Held {
  authorization: Authorization;
  tokens: TokenPair;
}

export async function grantByRefreshToken(context: Context, request: ClientRequest): Promise<TokenAnswer> {
  const { client, parameters } = request;
  const refreshDigest = digest(requireParameter(parameters, 'refresh_token'));
  const held = await requireOwnToken(context, client, refreshDigest);
  await requireGrantor(context, held.authorization.userId);
  const { rotation } = held.tokens;
  if (rotation) return answerAgain(context, request, held, refreshDigest, rotation);
  requireFresh(held, context.config.clock());
  const issued = await rotate(context, request, held, refreshDigest);
  if (issued) return issued;
  // Another request was faster with it, or the authorization is gone.
  const again = await requireOwnToken(context, client, refreshDigest);
  if (again.tokens.rotation === null) throw deadToken();
  return answerAgain(context, request, again, refreshDigest, again.tokens.rotation);
}

/** Undefined when the token was used or revoked meanwhile. */
async function rotate(
  context: Context,
  { client, parameters }: ClientRequest,
  { authorization }: Held,
  refreshDigest: string,
): Promise<TokenAnswer | undefined> {
  const { store, config, events } = context;
  const scopes = requireRenewedScopes(context, client, authorization, parameters.get('scope'));
  const { answer, pair, expiresAtMs } = newTokens(context, client, authorization, scopes, {
    isRenewable: true,
  });
  const atMs = config.clock();
  const rotation = {
    atMs,
    sealedSuccessor:
      client.type === 'atlassian' ? sealSuccessor(context, authorization, refreshDigest, answer) : null,
    successorUntilMs: atMs + graceWindowMs,
  };
  if (!(await store.authorizations.rotate(refreshDigest, rotation, pair, expiresAtMs))) return undefined;
  events.emit('access_token.renewed', authorizationEvent(authorization));
  return answer;
}

/** Row 24: the same successor, or one more beside it when that was used already. */
async function answerAgain(
  context: Context,
  { client }: ClientRequest,
  { authorization }: Held,
  refreshDigest: string,
  { successorUntilMs, sealedSuccessor }: Rotation,
): Promise<TokenAnswer> {
  const { store, config, events } = context;
  if (config.clock() > successorUntilMs) {
    events.emit('refresh_token.reused', authorizationEvent(authorization));
    await revokeAuthorization(context, authorization.id);
    throw deadToken();
  }
  if (client.type !== 'atlassian' || sealedSuccessor === null) throw deadToken();
  const successor = await openSuccessor(context, authorization, refreshDigest, sealedSuccessor);
  if (!successor) throw deadToken();
  if (!successor.isUsed) return successor.answer;
  await countSibling(context, refreshDigest);
  const { scopes } = successor;
  const sibling = newTokens(context, client, authorization, scopes, { isRenewable: true });
  if (!(await store.authorizations.addTokens(sibling.pair, sibling.expiresAtMs))) throw deadToken();
  events.emit('access_token.renewed', authorizationEvent(authorization));
  return sibling.answer;
}

/** A cluster needs as many as it has nodes, not as many as somebody likes to ask for. @throws RateLimited */
async function countSibling({ limiter }: Context, refreshDigest: string): Promise<void> {
  const key = JSON.stringify(['oauth2-sibling', refreshDigest]);
  const seconds = await limiter.retryAfterSeconds(key);
  if (seconds > 0) throw new RateLimited(seconds);
  await limiter.fail(key);
}

/** A token of another client counts as unknown: nobody learns that it exists, and nothing happens to it. */
async function requireOwnToken(
  { store }: Context,
  client: OAuth2Client,
  refreshDigest: string,
): Promise<Held> {
  const held = await store.authorizations.findByRefreshToken(refreshDigest);
  if (held?.authorization.credentialId !== client.id) throw deadToken();
  return held;
}

function requireFresh({ authorization, tokens }: Held, nowMs: number): void {
  if (nowMs >= Math.min(tokens.refreshExpiresAtMs ?? 0, authorization.endsAtMs ?? Infinity))
    throw deadToken();
}

/** Never more than the user has allowed, nor than an administrator has left to the client since. */
function requireRenewedScopes(
  context: Context,
  client: OAuth2Client,
  authorization: Authorization,
  asked: string | undefined,
): string[] {
  if (client.type !== 'atlassian') requireScopes(asked, authorization.scopes);
  return intersectScopes(asked, scopesLeft(context, client, authorization.scopes));
}

function deadToken(): OAuth2Error {
  return new OAuth2Error(
    'invalid_grant',
    'The refresh token is unknown, expired or revoked. Authorize again.',
  );
}
