/**
 * The servlet at which a flow leaves and comes back (oauth2.md 1.4): GET only. Whatever is wrong with the answer's form
 * or its `state` ends on the start page, without a word to the browser; everything else becomes the flow's result, and
 * the browser goes to the page that asked for the flow.
 */
import { redirect, type Answer, type Incoming } from '../answer.js';
import type { StandInContext } from '../context.js';
import { readAuthorizationResponse, type AuthorizationResponse } from './authorization-response.js';
import { authorizeUrl } from './authorize-request.js';
import type { OAuth2ClientContext } from './context.js';
import { exchangeCode } from './exchange-code.js';
import type { Flow, FlowResult } from './flows.js';
import { redirectUriSuffix } from './redirect-uri.js';

const goHome = (context: StandInContext): Answer => redirect(context.baseUrl());

function leave(context: OAuth2ClientContext, { formToken }: Incoming, flowId: string): Answer {
  const leaving = context.flows.leave(formToken, flowId);
  if (leaving) return redirect(authorizeUrl(leaving.flow.config, context.baseUrl(), leaving.state));
  context.log.push('A flow was to start that is not known in this session, or no longer.');
  return goHome(context);
}

const failed = (error: string): FlowResult => ({ error, granted: undefined });

async function resultOf(
  context: OAuth2ClientContext,
  { config, purpose }: Flow,
  path: string,
  response: Exclude<AuthorizationResponse, { kind: 'unreadable' }>,
): Promise<FlowResult> {
  if (response.kind === 'error') return failed(`The authorization server refused: ${response.text}`);
  const expected = redirectUriSuffix(config.authorizationEndpoint);
  const actual = /([^/]*)\/?$/.exec(path)?.[1] ?? '';
  if (actual !== expected) {
    return failed(`The redirect URI ends with ${actual}, but ${expected} was expected.`);
  }
  if (response.code === '') return failed('');
  const { error, granted } = await exchangeCode(context, config, response.code);
  return { error, granted: purpose === 'feature' ? granted : undefined };
}

export async function clientServlet(context: OAuth2ClientContext, incoming: Incoming): Promise<Answer> {
  const { query, path, formToken } = incoming;
  const starting = query.get('startFlow');
  if (starting !== null) return leave(context, incoming, starting);
  const response = readAuthorizationResponse(query);
  if (response.kind === 'unreadable') {
    context.log.push('An authorization response could not be parsed.');
    return goHome(context);
  }
  const flow = context.flows.comeBack(formToken, response.state);
  if (!flow) {
    context.log.push(
      'An authorization response came with a state that is not known in this session, or no longer.',
    );
    return goHome(context);
  }
  context.flows.finish(formToken, flow, await resultOf(context, flow, path, response));
  return redirect(`${flow.callbackUrl}/${flow.id}`);
}

export const methodNotAllowed = (): Answer => ({
  status: 405,
  headers: { Allow: 'GET', 'Content-Type': 'text/plain;charset=UTF-8' },
  body: 'The callback takes GET only.',
});
