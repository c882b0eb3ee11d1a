/**
 * The access token endpoint (RFC 5849 section 2.3; J A3 with its KIT lines; AL 5.2): swaps an authorised request
 * token, or renews an access token by its session handle (OAuth Session extension; peers of Atlassian never do).
 * A stolen request token is worth nothing without the secrets, a guessed verifier is locked out after five tries,
 * and of two swaps at once one wins.
 */
import type { Context } from '../context.js';
import type { Message } from '../oauth1/message.js';
import { requireParameter } from '../oauth1/verify.js';
import type { Pair } from '../oauth1/encoding.js';
import { digest } from '../store/digest.js';
import { sealedPlace } from '../store/sealed-places.js';
import type { AccessToken, RequestToken } from '../store/tokens.js';
import { newAccessToken, type IssuedToken } from './access-token-values.js';
import type { Consumer, Consumers } from './consumer.js';
import { requireFreshNonce } from './nonce.js';
import { grantableScopes } from './pending-token.js';
import { requireThreeLegged } from './request-token.js';
import { requireExchangeable, requireVerifier } from './request-token-state.js';
import { requireRenewable } from './session-state.js';
import type { TokenGrant } from './token-endpoint.js';
import { rejectToken, requireTokenOwner } from './token-owner.js';

type Presented =
  { kind: 'request'; token: RequestToken } | { kind: 'access'; token: AccessToken } | { kind: 'unknown' };

export function accessTokenGrant(context: Context, consumers: Consumers): TokenGrant {
  return async (message) => {
    const tokenDigest = digest(requireParameter(message, 'oauth_token'));
    const claimed = await consumers.find(message);
    const presented = await findToken(context, tokenDigest, claimed);
    const secret = openSecret(context, presented);
    const consumer = consumers.requireSignature(message, claimed, secret);
    const issued =
      presented.kind === 'request'
        ? await exchange(context, message, consumer, presented.token)
        : presented.kind === 'access'
          ? await renew(context, message, consumer, presented.token)
          : rejectToken('token unknown');
    return responsePairs(issued, context.config.clock());
  };
}

/** A token of another consumer counts as unknown: nobody learns that it exists, by the answer or by its time. */
async function findToken(
  { store }: Context,
  tokenDigest: string,
  consumer: Consumer | undefined,
): Promise<Presented> {
  const isOurs = ({ credentialId }: { credentialId: string }): boolean =>
    credentialId === consumer?.credential.id;
  const [requestToken, accessToken] = await Promise.all([
    store.requestTokens.get(tokenDigest),
    store.accessTokens.get(tokenDigest),
  ]);
  if (requestToken && isOurs(requestToken)) return { kind: 'request', token: requestToken };
  if (accessToken && isOurs(accessToken)) return { kind: 'access', token: accessToken };
  return { kind: 'unknown' };
}

function openSecret({ sealer }: Context, presented: Presented): string | undefined {
  if (presented.kind === 'unknown') return undefined;
  const { sealedSecret, linkId, credentialId } = presented.token;
  const place =
    presented.kind === 'request'
      ? sealedPlace.requestTokenSecret(linkId, credentialId)
      : sealedPlace.accessTokenSecret(linkId, presented.token.userId);
  return sealer.open(sealedSecret, place);
}

async function exchange(
  context: Context,
  message: Message,
  consumer: Consumer,
  token: RequestToken,
): Promise<IssuedToken> {
  requireThreeLegged(consumer);
  const decision = requireExchangeable(token, context.config.clock());
  requireParameter(message, 'oauth_verifier');
  await requireTokenOwner(context, decision.userId);
  await requireFreshNonce(context, message, consumer);
  await requireVerifier(context, message, token, decision);
  const issued = newAccessToken(context, consumer, withinCeiling(context, consumer, decision));
  const won = await context.store.requestTokens.exchange(token.digest, issued.record);
  if (!won) return rejectToken('request token was swapped, revoked or removed meanwhile');
  context.events.emit('access_token.issued', eventOf(issued.record));
  return issued;
}

async function renew(
  context: Context,
  message: Message,
  consumer: Consumer,
  token: AccessToken,
): Promise<IssuedToken> {
  requireThreeLegged(consumer);
  requireRenewable(message, token, consumer.credential, context.config.clock());
  await requireTokenOwner(context, token.userId);
  await requireFreshNonce(context, message, consumer);
  const { id, createdAtMs, lastUsedAtMs } = token;
  const fresh = newAccessToken(context, consumer, withinCeiling(context, consumer, token));
  const issued = { ...fresh, record: { ...fresh.record, id, createdAtMs, lastUsedAtMs } };
  const won = await context.store.accessTokens.renew(token.digest, token.sessionHandleDigest, issued.record);
  if (!won) return rejectToken('access token was renewed or revoked meanwhile');
  context.events.emit('access_token.renewed', eventOf(issued.record));
  return issued;
}

/** An administrator may have narrowed the consumer's scopes since the user allowed them. */
function withinCeiling(
  { config }: Context,
  { credential }: Consumer,
  { userId, scopes }: { userId: string; scopes: string[] },
): { userId: string; scopes: string[] } {
  const ceiling = grantableScopes(config, credential);
  return { userId, scopes: scopes.filter((scope) => ceiling.includes(scope)) };
}

function eventOf({ id, linkId, credentialId, userId }: AccessToken): {
  tokenId: string;
  linkId: string;
  credentialId: string;
  userId: string;
} {
  return { tokenId: id, linkId, credentialId, userId };
}

/** Field order as in J A3. */
function responsePairs({ token, secret, sessionHandle, record }: IssuedToken, nowMs: number): Pair[] {
  const secondsLeft = (untilMs: number): string => String(Math.floor((untilMs - nowMs) / 1000));
  return [
    ['oauth_token', token],
    ['oauth_token_secret', secret],
    ['oauth_expires_in', secondsLeft(record.expiresAtMs)],
    ['oauth_session_handle', sessionHandle],
    ['oauth_authorization_expires_in', secondsLeft(record.sessionExpiresAtMs)],
  ];
}
