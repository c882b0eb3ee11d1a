/**
 * Revocation (oauth2.md 2.6): by a client, where a hint of the wrong kind is believed and nothing happens, and by the
 * stored id from the page of the user whose grant it is.
 */
import type { IncomingHttpHeaders } from 'node:http';
import type { Answer, Incoming } from '../answer.js';
import type { StandInContext } from '../context.js';
import { isSystemAdmin } from '../linking/roles.js';
import type { User } from '../state.js';
import { requireClientSecret } from './client-credentials.js';
import {
  answeringErrors,
  errorCollection,
  OAuth2Refusal,
  requireParameters,
  uncached,
} from './oauth2-refusal.js';
import { formRefusal } from './token-endpoint.js';
import { findToken, removePair } from './tokens.js';

const done: Answer = { status: 200, headers: uncached, body: '' };

const hints: readonly string[] = ['access_token', 'refresh_token'];

function revoke(context: StandInContext, form: URLSearchParams): Answer {
  requireParameters(form, ['client_id', 'client_secret']);
  requireClientSecret(context, form);
  requireParameters(form, ['token']);
  const found = findToken(context, form.get('token') ?? '');
  if (!found || found === 'malformed' || found.pair.clientId !== form.get('client_id')) return done;
  const hint = form.get('token_type_hint');
  if (hint && !hints.includes(hint)) throw new OAuth2Refusal('unsupported_token_type', 'hint');
  if (!hint || hint === found.kind) removePair(context, found.pair);
  return done;
}

export const revokeByClient = (
  context: StandInContext,
  incoming: Incoming,
  headers: IncomingHttpHeaders,
): Answer | Promise<Answer> =>
  formRefusal(context, incoming, headers) ??
  answeringErrors(context, () => revoke(context, new URLSearchParams(incoming.body)));

/** Of either token of the pair. False when there is none that this user may revoke. */
export function revokeById(context: StandInContext, id: string, user: User): boolean {
  const pair = [...context.oauth2.pairs].find(({ accessId, refreshId }) =>
    [accessId, refreshId].includes(id),
  );
  if (!pair || (pair.user !== user.name && !isSystemAdmin(user))) return false;
  removePair(context, pair);
  return true;
}

export function revokeByOwner(context: StandInContext, incoming: Incoming): Answer {
  const user = incoming.basicUser ?? incoming.user;
  if (!user) return errorCollection(401, ['Log in first.']);
  const isRevoked = revokeById(context, incoming.captures[0] ?? '', user);
  return isRevoked ? done : errorCollection(404, ['You have no such token.']);
}
