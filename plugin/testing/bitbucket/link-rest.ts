/** The REST resource by which an administrator's script enters a link (applinks-oauth1.md 2.1, 2.5; J A5). */
import { json, statusEntity, type Answer, type Incoming } from './answer.js';
import { addLink } from './add-link.js';
import { isLinkId } from './link-id.js';
import { isRecord, parseJson, text } from './json-body.js';
import type { Link, State } from './state.js';

export const linkHref = (base: string, version: string, id: string): string =>
  `${base}/rest/applinks/${version}/applicationlink/${id}`;

function created(href: string): Answer {
  return json(201, { 'status-code': 201, 'resources-created': [{ href, rel: 'self' }] });
}

export function linkEntity(link: Link, href: string): unknown {
  const { id, typeId, name, displayUrl, rpcUrl } = link;
  return {
    id,
    typeId,
    name,
    displayUrl,
    rpcUrl,
    isPrimary: link.isPrimary,
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
    linkEntity(link, linkHref(incoming.base, version, link.id)),
  );
  return json(200, { applicationLinks: entities });
}

/** An unknown id is a server error here, and a malformed one an error too: the original has no clean 404. */
export function showLink(state: State, incoming: Incoming): Answer {
  const [version = '', id = ''] = incoming.captures;
  if (!isLinkId(id)) return statusEntity(400, 'This is not the id of an application link.');
  const link = state.links.get(id);
  if (!link) return statusEntity(500, `No application link has the id ${id}.`);
  return json(200, linkEntity(link, linkHref(incoming.base, version, id)));
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
