/** Calls to a peer by OAuth 2.0, described by JSON: the same as the pages, for scripts. The secret is in no answer. */
import type { Context } from '../context.js';
import type { Endpoint } from '../http/handler.js';
import { publicPath } from '../http/public-url.js';
import { notFound } from './link-change.js';
import type { OAuth2Outgoing, OAuth2OutgoingView } from './oauth2-connection.js';
import type { RestAccess } from './rest-access.js';

export interface RestOAuth2Dependencies {
  context: Pick<Context, 'config'>;
  access: RestAccess;
  oauth2Outgoing: OAuth2Outgoing;
}

/** The link, its callback URL and what to register there, before there is any credential. */
export function draftOAuth2ByJson({
  access,
  oauth2Outgoing,
  context: { config },
}: RestOAuth2Dependencies): Endpoint {
  return access.write('administrator', async ({ user }, body) => {
    const view = await oauth2Outgoing.createDraft(body, user.id);
    return {
      status: 201,
      body: { connection: viewJson(view) },
      location: publicPath(config, `/applinks/rest/links/${encodeURIComponent(view.linkId)}`),
    };
  });
}

export function readOAuth2ByJson({ access, oauth2Outgoing }: RestOAuth2Dependencies): Endpoint {
  return access.read('administrator', async ({ param }) => {
    const view = await oauth2Outgoing.find(param('id'));
    return view ? { status: 200, body: { connection: viewJson(view) } } : notFound('connection');
  });
}

export function saveOAuth2ByJson({ access, oauth2Outgoing }: RestOAuth2Dependencies): Endpoint {
  return access.write('administrator', async ({ user, param }, body) => ({
    status: 200,
    body: { connection: viewJson(await oauth2Outgoing.save(param('id'), body, user.id)) },
  }));
}

export function removeOAuth2ByJson({ access, oauth2Outgoing }: RestOAuth2Dependencies): Endpoint {
  return access.remove('administrator', async ({ user, param }) => {
    await oauth2Outgoing.remove(param('id'), user.id);
    return { status: 204 };
  });
}

function viewJson(view: OAuth2OutgoingView): object {
  const { linkId, linkName, connectionId, preferred, clientCredentials, callbackUrl, warnings } = view;
  const { state, missing, hasOwnSecret, isVendorClient, settings, preset } = view;
  const { authorizeUrl, tokenUrl, revokeUrl, issuer } = view;
  return {
    ...{ linkId, linkName, connectionId, preferred, clientCredentials, callbackUrl, warnings },
    ...{ state, missing, hasSecret: hasOwnSecret, isVendorClient },
    ...{ authorizeUrl, tokenUrl, revokeUrl, issuer },
    preset: preset.name,
    clientId: settings.clientId,
    scopes: settings.scopes,
    tokenAuthentication: settings.tokenAuthentication,
    pkce: preset.kind !== 'cloud' || settings.pkce,
    knownScopes: preset.scopes,
  };
}
