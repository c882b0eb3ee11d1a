/**
 * The authorization request in the peer's order of checks (oauth2.md 2.3): the same address is asked before consent and,
 * known by its `Referer`, after it. The traps are the original's own: a bad scope goes to whatever redirect URI was
 * given, and client id, redirect URI and PKCE are looked at only after consent, without a word to the client.
 */
import type { IncomingHttpHeaders } from 'node:http';
import type { Answer, Incoming } from '../answer.js';
import type { StandInContext } from '../context.js';
import { takeConsentToken } from './consent-token.js';
import { newId, type OAuth2Client } from './memory.js';
import { OAuth2Refusal, requireParameters } from './oauth2-refusal.js';
import { consentPath } from './paths.js';
import { requireSoundChallenge } from './pkce.js';
import { backToClient, isRedirectable, refusalToClient, seeOther, toErrorPage } from './redirect-answer.js';
import { isWithin, parseScope } from './scopes.js';

/** Everything else is dropped on the way over the consent page. */
export const authorizeParameters = [
  'client_id',
  'redirect_uri',
  'state',
  'response_type',
  'scope',
  'code_challenge_method',
  'code_challenge',
] as const;

/** The ones of the seven that are there. */
export const carriedParameters = (query: URLSearchParams): [string, string][] =>
  authorizeParameters.flatMap((name) => {
    const value = query.get(name);
    return value ? [[name, value]] : [];
  });

const get = (query: URLSearchParams, name: (typeof authorizeParameters)[number]): string =>
  query.get(name) ?? '';

/** An unknown client skips this check. */
function isScopeRefused({ state }: StandInContext, client: OAuth2Client | undefined, scope: string): boolean {
  if (!client) return false;
  const asked = parseScope(state.product, scope);
  return !asked || !isWithin(state.product, asked, client.scope);
}

function requireClient(context: StandInContext, query: URLSearchParams): OAuth2Client {
  const client = context.oauth2.clients.get(get(query, 'client_id'));
  if (!client) throw new OAuth2Refusal('invalid_request', 'client');
  return client;
}

function requireRegisteredRedirect(client: OAuth2Client, query: URLSearchParams): void {
  if (!client.redirects.includes(get(query, 'redirect_uri'))) {
    throw new OAuth2Refusal('invalid_request', 'redirect');
  }
}

function responseTypeRefusal(query: URLSearchParams): OAuth2Refusal | undefined {
  const type = get(query, 'response_type').trim();
  if (type === '') return new OAuth2Refusal('invalid_request', 'missing', 'response_type');
  return type === 'code' ? undefined : new OAuth2Refusal('unsupported_response_type', 'response');
}

function firstVisit({ query, base }: Incoming): Answer {
  requireParameters(query, ['client_id', 'redirect_uri', 'response_type', 'scope']);
  return seeOther(`${base}${consentPath}?${new URLSearchParams(carriedParameters(query)).toString()}`);
}

function secondVisit(context: StandInContext, incoming: Incoming): Answer {
  const { query, user } = incoming;
  if (!takeConsentToken(context, incoming) || !user) throw new OAuth2Refusal('invalid_request', 'form');
  const client = requireClient(context, query);
  requireRegisteredRedirect(client, query);
  const challenge = requireSoundChallenge(query);
  const refusal = responseTypeRefusal(query);
  if (refusal) return refusalToClient(context, query, refusal);
  const scope = parseScope(context.state.product, get(query, 'scope')) ?? [];
  const value = newId();
  const { clientId } = client;
  const redirectUri = get(query, 'redirect_uri');
  const createdAtMs = context.now();
  context.oauth2.codes.set(value, {
    ...{ value, clientId, redirectUri, user: user.name, scope, challenge, createdAtMs },
  });
  context.oauth2.audit.push({ action: 'authorization.granted', clientId, details: { user: user.name } });
  return backToClient(query, [['code', value]]);
}

export function authorize(
  context: StandInContext,
  incoming: Incoming,
  { referer = '' }: IncomingHttpHeaders,
): Answer {
  const { query, base } = incoming;
  const client = context.oauth2.clients.get(get(query, 'client_id'));
  try {
    if (isScopeRefused(context, client, get(query, 'scope'))) {
      const refusal = new OAuth2Refusal('invalid_scope', 'scope');
      if (!isRedirectable(get(query, 'redirect_uri'))) throw refusal;
      return refusalToClient(context, query, refusal);
    }
    return referer.startsWith(base + consentPath) ? secondVisit(context, incoming) : firstVisit(incoming);
  } catch (error) {
    if (error instanceof OAuth2Refusal) return toErrorPage(context, base, error);
    throw error;
  }
}
