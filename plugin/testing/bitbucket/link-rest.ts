/** The REST resource by which an administrator's script enters a link (applinks-oauth1.md 2.1, 2.5; J A5). */
import { json, statusEntity, type Answer, type Incoming } from './answer.js';
import { addLink } from './add-link.js';
import { isLinkId } from './link-id.js';
import { isRecord, isStringRecord, parseJson, text } from './json-body.js';
import type { Link, State } from './state.js';

const providerPackage = 'com.atlassian.applinks.api.auth.types.';
const providerClasses = new Set([
  `${providerPackage}OAuthAuthenticationProvider`,
  `${providerPackage}TwoLeggedOAuthAuthenticationProvider`,
  `${providerPackage}TwoLeggedOAuthWithImpersonationAuthenticationProvider`,
  `${providerPackage}BasicAuthenticationProvider`,
  `${providerPackage}TrustedAppsAuthenticationProvider`,
]);

export const linkHref = (base: string, version: string, id: string): string =>
  `${base}/rest/applinks/${version}/applicationlink/${id}`;

function created(href: string): Answer {
  return json(201, { 'status-code': 201, 'resources-created': [{ href, rel: 'self' }] });
}

function entity(link: Link, href: string): unknown {
  const { id, typeId, name, displayUrl, rpcUrl } = link;
  return {
    id,
    typeId,
    name,
    displayUrl,
    rpcUrl,
    isPrimary: false,
    isSystem: false,
    link: [{ href, rel: 'self' }],
  };
}

export function createLink(state: State, incoming: Incoming): Answer {
  const body = parseJson(incoming.body);
  if (!isRecord(body)) return statusEntity(400, 'The body is not a JSON object.');
  const link = addLink(state, {
    id: text(body.id),
    name: text(body.name),
    typeId: text(body.typeId),
    rpcUrl: text(body.rpcUrl),
    displayUrl: text(body.displayUrl),
  });
  if (typeof link === 'string') return statusEntity(400, link);
  return created(linkHref(incoming.base, incoming.captures[0] ?? '3.0', link.id));
}

export function listLinks(state: State, incoming: Incoming): Answer {
  const version = incoming.captures[0] ?? '3.0';
  const entities = [...state.links.values()].map((link) =>
    entity(link, linkHref(incoming.base, version, link.id)),
  );
  return json(200, { applicationLinks: entities });
}

/** An unknown id is a server error here, and a malformed one an error too: the original has no clean 404. */
export function showLink(state: State, incoming: Incoming): Answer {
  const [version = '', id = ''] = incoming.captures;
  if (!isLinkId(id)) return statusEntity(400, 'This is not the id of an application link.');
  const link = state.links.get(id);
  if (!link) return statusEntity(500, `No application link has the id ${id}.`);
  return json(200, entity(link, linkHref(incoming.base, version, id)));
}

export function deleteLink(state: State, incoming: Incoming): Answer {
  const id = incoming.captures[1] ?? '';
  if (!state.links.delete(id)) return statusEntity(404, `No application link has the id ${id}.`);
  state.tokens.deleteLink(id);
  return statusEntity(200, `The application link ${id} was deleted.`);
}

/** Switches one outgoing provider on and replaces its configuration. */
export function putProvider(state: State, incoming: Incoming): Answer {
  const [version = '', id = ''] = incoming.captures;
  const link = state.links.get(id);
  if (!link) return statusEntity(404, `No application link has the id ${id}.`);
  const body = parseJson(incoming.body);
  if (!isRecord(body)) return statusEntity(400, 'The body is not a JSON object.');
  const provider = text(body.provider) ?? '';
  if (!providerClasses.has(provider)) return statusEntity(400, `The provider "${provider}" is unknown.`);
  const config = body.config ?? {};
  if (!isStringRecord(config)) return statusEntity(400, 'The configuration is not a map of strings.');
  link.providers.set(provider, config);
  return created(`${linkHref(incoming.base, version, id)}/authentication/provider/${provider}`);
}

export function listProviders(state: State, incoming: Incoming): Answer {
  const [version = '', id = ''] = incoming.captures;
  const link = state.links.get(id);
  if (!link) return statusEntity(404, `No application link has the id ${id}.`);
  const href = `${linkHref(incoming.base, version, id)}/authentication/provider`;
  const authenticationProviders = [...link.providers].map(([provider, config]) => ({
    provider,
    config,
    link: [{ href: `${href}/${provider}`, rel: 'self' }],
  }));
  return json(200, { authenticationProviders });
}
