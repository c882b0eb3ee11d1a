/**
 * To whom may the browser be sent? Client and redirect URI of an authorization request (RFC 6749 section 4.1.2.1, RFC 9700
 * sections 2.1 and 4.11; oauth2.md part 6, rows 3 and 4; 5.2). While they are not known to belong together, every answer is
 * a page of ours: anything else would make us a redirector for whoever writes a link.
 */
import type { Context } from '../../context.js';
import { OAuth2Error } from '../../oauth2-errors.js';
import type { RequestParameters } from '../../oauth2/parameters.js';
import { isRedirectUri, isSameRedirectUri } from '../../oauth2/redirect-uri.js';
import type { AttemptNotes } from './attempt-notes.js';
import { findClient, type RegisteredClient } from './clients.js';

export interface RedirectTarget extends RegisteredClient {
  redirectUri: string;
}

/** @throws OAuth2Error `invalid_request`, `invalid_client`, for a page */
export async function requireRedirectTarget(
  context: Context,
  notes: AttemptNotes,
  parameters: RequestParameters,
): Promise<RedirectTarget> {
  rejectAmbiguous(parameters);
  const registered = await requireClient(context, parameters.get('client_id'));
  try {
    return {
      ...registered,
      redirectUri: requireRedirectUri(context, registered, parameters.get('redirect_uri')),
    };
  } catch (error) {
    if (error instanceof OAuth2Error) notes.failed(registered, 'authorize', error, parameters.names);
    throw error;
  }
}

function rejectAmbiguous(parameters: RequestParameters): void {
  if (parameters.isRepeated('client_id') || parameters.isRepeated('redirect_uri'))
    throw new OAuth2Error('invalid_request', 'client_id or redirect_uri was sent more than once.');
}

async function requireClient(context: Context, clientId: string | undefined): Promise<RegisteredClient> {
  if (clientId === undefined) throw new OAuth2Error('invalid_request', 'The parameter client_id is missing.');
  const found = await findClient(context, clientId);
  if (found) return found;
  throw new OAuth2Error(
    'invalid_client',
    `No application with this client_id is registered in ${context.config.application.name}. Its administrator must compare the client id there with the one that was given out here.`,
  );
}

function requireRedirectUri(
  { config }: Context,
  { link, client }: RegisteredClient,
  given: string | undefined,
): string {
  if (given === undefined) throw new OAuth2Error('invalid_request', 'The parameter redirect_uri is missing.');
  const { anyLoopbackPort } = config.oauth2;
  const same = client.redirectUris.filter(({ uri }) => isSameRedirectUri(uri, given, anyLoopbackPort));
  const where = `An administrator of ${config.application.name} must change the redirect URIs of ${link.name}`;
  if (same.length === 0) {
    const text = `The redirect URI ${JSON.stringify(given.slice(0, 500))} is not registered.`;
    throw new OAuth2Error('invalid_request', `${text} ${where}, if this is the right one.`);
  }
  if (same.every(({ isPlaceholder }) => isPlaceholder)) {
    const text = 'The redirect URI is a placeholder, to which nobody is sent.';
    throw new OAuth2Error('invalid_request', `${text} ${where}: enter the one that ${link.name} shows.`);
  }
  // Checked when it was registered, and again, whatever way it came into the store.
  if (!isRedirectUri(given, { allowLoopback: config.network.allowInsecureLoopback }))
    throw new OAuth2Error('invalid_request', `The redirect URI must be https. ${where}.`);
  return given;
}
