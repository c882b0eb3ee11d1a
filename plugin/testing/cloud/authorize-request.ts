/**
 * An authorization request at the cloud (oauth2.md 4.1): whom it comes from and where the answer goes is settled first,
 * and an error there is a page, never a redirect; every other check answers at the callback. `audience`,
 * `prompt=consent` and at least one scope that the app has in its console are wanted; PKCE is not looked at.
 */
import { redirect, type Answer } from '../bitbucket/answer.js';
import { html, page } from '../bitbucket/html.js';
import type { CloudApp, CloudContext } from './context.js';

export interface AuthorizeRequest {
  app: CloudApp;
  redirectUri: string;
  scopes: readonly string[];
  state: string | null;
}

type Check = (
  query: URLSearchParams,
  app: CloudApp,
) => readonly [error: string, description: string] | undefined;

export const audience = 'api.atlassian.com';

const scopesOf = (query: URLSearchParams): string[] =>
  (query.get('scope') ?? '').split(' ').filter((scope) => scope !== '');

const checks: readonly Check[] = [
  (query) =>
    query.get('response_type') === 'code'
      ? undefined
      : ['unsupported_response_type', 'The response type must be code.'],
  (query) =>
    query.get('audience') === audience ? undefined : ['invalid_request', `The audience must be ${audience}.`],
  (query) =>
    query.get('prompt') === 'consent' ? undefined : ['invalid_request', 'The prompt must be consent.'],
  (query) => (scopesOf(query).length > 0 ? undefined : ['invalid_scope', 'The scope is missing.']),
  (query, { scopes }) => {
    const foreign = scopesOf(query).find((scope) => scope !== 'offline_access' && !scopes.includes(scope));
    return foreign === undefined ? undefined : ['invalid_scope', `The app has no permission for ${foreign}.`];
  },
];

/** Sends the browser back with these parameters and the `state` as it came. */
export function answerClient(
  { redirectUri, state }: Pick<AuthorizeRequest, 'redirectUri' | 'state'>,
  parameters: Readonly<Record<string, string>>,
): Answer {
  const target = new URL(redirectUri);
  for (const [name, value] of Object.entries(parameters)) target.searchParams.set(name, value);
  if (state !== null) target.searchParams.set('state', state);
  return redirect(target.href);
}

const errorPage = (message: string): Answer =>
  page('Something went wrong', html`<p class="error" id="problem">${message}</p>`, 400);

/** The request, or the answer that it gets at once. */
export function readAuthorizeRequest(
  { apps }: CloudContext,
  query: URLSearchParams,
): AuthorizeRequest | Answer {
  const app = apps.get(query.get('client_id') ?? '');
  if (!app) return errorPage('There is no app with this client_id.');
  const redirectUri = query.get('redirect_uri') ?? '';
  if (!app.callbackUrls.includes(redirectUri)) {
    return errorPage(`${app.name} has not registered this redirect_uri as its callback URL.`);
  }
  const state = query.get('state');
  for (const check of checks) {
    const problem = check(query, app);
    if (problem)
      return answerClient({ redirectUri, state }, { error: problem[0], error_description: problem[1] });
  }
  return { app, redirectUri, scopes: scopesOf(query), state };
}
