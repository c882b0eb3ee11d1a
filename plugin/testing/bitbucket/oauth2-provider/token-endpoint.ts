/**
 * The token endpoint (oauth2.md 2.5). It reads a form and nothing else: no query, no `scope`, and a Basic header is no
 * client authentication but a login that fails before the endpoint is reached.
 */
import type { IncomingHttpHeaders } from 'node:http';
import type { Answer, Incoming } from '../answer.js';
import type { StandInContext } from '../context.js';
import { grantByCode } from './code-grant.js';
import type { TokenPair } from './memory.js';
import { messageText } from './messages.js';
import {
  answeringErrors,
  errorCollection,
  OAuth2Refusal,
  requireParameters,
  uncachedJson,
} from './oauth2-refusal.js';
import { grantByRefresh } from './refresh-grant.js';

const isForm = ({ 'content-type': type = '' }: IncomingHttpHeaders): boolean =>
  /^application\/x-www-form-urlencoded\s*(?:;|$)/i.test(type);

/** What both endpoints of a client turn away before they look at a parameter. */
export function formRefusal(
  { oauth2 }: StandInContext,
  { basicUser }: Incoming,
  headers: IncomingHttpHeaders,
): Answer | undefined {
  if (/^basic /i.test(headers.authorization ?? '') && !basicUser) {
    return errorCollection(401, [messageText('credentials', oauth2.switches.locale)]);
  }
  return isForm(headers) ? undefined : errorCollection(415, ['Unsupported Media Type']);
}

function tokenAnswer(context: StandInContext, pair: TokenPair): Answer {
  const { accessToken, refreshToken, createdAtMs, accessExpiresAtMs, scope } = pair;
  return uncachedJson(200, {
    access_token: accessToken,
    refresh_token: refreshToken,
    token_type: 'bearer',
    expires_in: (accessExpiresAtMs - createdAtMs) / 1000,
    scope: scope.join(' '),
    ...(context.oauth2.switches.emitsCreatedAt && { created_at: Math.floor(createdAtMs / 1000) }),
  });
}

function grant(context: StandInContext, form: URLSearchParams): TokenPair | Promise<TokenPair> {
  requireParameters(form, ['grant_type']);
  const type = form.get('grant_type');
  if (type === 'authorization_code') return grantByCode(context, form);
  if (type === 'refresh_token') return grantByRefresh(context, form);
  throw new OAuth2Refusal('unsupported_grant_type', 'grant');
}

export const issueTokens = (
  context: StandInContext,
  incoming: Incoming,
  headers: IncomingHttpHeaders,
): Answer | Promise<Answer> =>
  formRefusal(context, incoming, headers) ??
  answeringErrors(context, async () =>
    tokenAnswer(context, await grant(context, new URLSearchParams(incoming.body))),
  );
