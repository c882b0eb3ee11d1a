/**
 * The newer resource for links (applinks-oauth1.md 2.6): the list that the administrator's page shows, and the only
 * plain call that may change rpcUrl.
 */
import { json, type Answer, type Incoming } from '../answer.js';
import { isRecord, parseJson, text } from '../json-body.js';
import { isLinkId } from '../link-id.js';
import type { Link } from '../state.js';
import type { LinkingContext } from './context.js';
import { v3Error } from './error-list.js';
import { consumerOf } from './incoming-consumer.js';
import { isAtlassianType } from './link-types.js';
import { makePrimary } from './remove-link.js';
import { isHttpUrl, othersThan, withoutSlash } from './link-fields.js';

/** The data keys that a link has here; any other key is answered null. */
const dataOf = (context: LinkingContext, link: Link): Readonly<Record<string, unknown>> => ({
  atlassian: isAtlassianType(link.typeId),
  editable: true,
  v3Editable: true,
  capabilities: [...(context.capabilities.known(link.id)?.capabilities ?? [])],
  applicationVersion: context.capabilities.known(link.id)?.applicationVersion ?? null,
});

export function v3Entity(context: LinkingContext, link: Link, query: URLSearchParams): unknown {
  const { id, name, displayUrl, rpcUrl, typeId: type, isPrimary: primary } = link;
  const properties: Record<string, unknown> = {
    'oauth.incoming.consumerkey': consumerOf(context.state, link)?.key ?? null,
  };
  const data = dataOf(context, link);
  const pick = (from: Readonly<Record<string, unknown>>, names: string[]): unknown =>
    Object.fromEntries(names.map((key) => [key, from[key] ?? null]));
  return {
    ...{ id, name, displayUrl, rpcUrl, type, system: false, primary },
    properties: pick(properties, query.getAll('property')),
    data: pick(data, query.getAll('data')),
  };
}

export const listV3 = (context: LinkingContext, { query }: Incoming): Answer =>
  json(
    200,
    [...context.state.links.values()].map((link) => v3Entity(context, link, query)),
  );

function linkV3({ state }: LinkingContext, id: string): Link | Answer {
  if (!isLinkId(id)) return v3Error(400, 'This is not the id of an application link.');
  return state.links.get(id) ?? v3Error(404, `No application link has the id ${id}.`);
}

export function showV3(context: LinkingContext, incoming: Incoming): Answer {
  const link = linkV3(context, incoming.captures[0] ?? '');
  return 'status' in link ? link : json(200, v3Entity(context, link, incoming.query));
}

export function updateV3(context: LinkingContext, incoming: Incoming): Answer {
  const link = linkV3(context, incoming.captures[0] ?? '');
  if ('status' in link) return link;
  const body = parseJson(incoming.body);
  if (!isRecord(body)) return v3Error(400, 'The body is not a JSON object.');
  const wanted = {
    name: text(body.name) ?? link.name,
    rpcUrl: withoutSlash(text(body.rpcUrl) ?? link.rpcUrl),
    displayUrl: withoutSlash(text(body.displayUrl) ?? link.displayUrl),
  };
  if (!isHttpUrl(wanted.rpcUrl)) return v3Error(400, 'The URL must be http or https.', 'rpcUrl');
  if (!isHttpUrl(wanted.displayUrl)) return v3Error(400, 'The URL must be http or https.', 'displayUrl');
  for (const field of ['name', 'rpcUrl', 'displayUrl'] as const) {
    if (othersThan(context, link).some((other) => other[field] === wanted[field])) {
      return v3Error(409, `Another application link uses this ${field}.`, field);
    }
  }
  Object.assign(link, wanted);
  if (body.primary === true) makePrimary(context, link);
  return json(200, v3Entity(context, link, incoming.query));
}
