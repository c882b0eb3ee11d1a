/**
 * The token endpoint of the cloud (oauth2.md 4.1): JSON in, JSON out, no `token_type`. A code that is of no use gets 400
 * `invalid_request`, a refresh token 403 `invalid_grant`. What a wrong secret gets is not documented; here it is RFC
 * 6749's `invalid_client`.
 */
import type { IncomingHttpHeaders } from 'node:http';
import { json, type Answer, type Incoming } from '../bitbucket/answer.js';
import { isRecord, parseJson, type JsonRecord } from '../bitbucket/json-body.js';
import type { CloudContext } from './context.js';
import type { CloudGrant } from './grants.js';

const refuse = (status: number, error: string, error_description: string): Answer =>
  json(status, { error, error_description });

const valueOf = (body: JsonRecord, name: string): string => {
  const value = body[name];
  return typeof value === 'string' ? value : '';
};

function grantedAnswer({ grants, switches }: CloudContext, grant: CloudGrant): Answer {
  const { accessToken, refreshToken } = grants.issue(grant);
  return json(200, {
    access_token: accessToken,
    refresh_token: refreshToken,
    token_type: switches.tokenType,
    expires_in: switches.accessTokenSeconds,
    scope: grant.scopes.join(' '),
  });
}

function exchangeCode(context: CloudContext, body: JsonRecord, clientId: string): Answer {
  const grant = context.grants.redeem(valueOf(body, 'code'), clientId, valueOf(body, 'redirect_uri'));
  if (!grant) return refuse(400, 'invalid_request', 'authorization_code is invalid');
  return grantedAnswer(context, grant);
}

function refresh(context: CloudContext, body: JsonRecord, clientId: string): Answer {
  const grant = context.grants.rotate(valueOf(body, 'refresh_token'), clientId);
  if (!grant) return refuse(403, 'invalid_grant', 'Unknown or invalid refresh token.');
  return grantedAnswer(context, grant);
}

export function token(context: CloudContext, incoming: Incoming, headers: IncomingHttpHeaders): Answer {
  const isJson = /^application\/json\s*(?:;|$)/i.test(headers['content-type'] ?? '');
  const body = isJson ? parseJson(incoming.body) : undefined;
  if (!isRecord(body)) return refuse(400, 'invalid_request', 'The body must be a JSON object.');
  const app = context.apps.get(valueOf(body, 'client_id'));
  if (app?.clientSecret !== valueOf(body, 'client_secret')) {
    return refuse(401, 'invalid_client', 'The client_id or the client_secret is wrong.');
  }
  const grantType = valueOf(body, 'grant_type');
  if (grantType === 'authorization_code') return exchangeCode(context, body, app.clientId);
  if (grantType === 'refresh_token') return refresh(context, body, app.clientId);
  return refuse(400, 'unsupported_grant_type', 'The grant_type must be authorization_code or refresh_token.');
}
