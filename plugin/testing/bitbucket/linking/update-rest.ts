/**
 * Changing a link over REST (applinks-oauth1.md 2.5, 2.6, 9.2): the older resources take name, display URL and the
 * primary flag and refuse a changed rpcUrl; `3.0/applinks` takes that too, unchecked; relocation asks the new address
 * first and is a system administrator's.
 */
import { json, statusEntity, type Answer, type Incoming } from '../answer.js';
import { isRecord, parseJson, text } from '../json-body.js';
import { isLinkId } from '../link-id.js';
import type { Link } from '../state.js';
import type { LinkingContext } from './context.js';
import { consumerOf } from './incoming-consumer.js';
import { errorList, v3Error } from './error-list.js';
import { isAtlassianType } from './link-types.js';
import { downloadManifest, manifestForType } from './manifest-download.js';
import { isSuccess } from './remote-rest.js';
import { makePrimary } from './remove-link.js';

const withoutSlash = (url: string): string => url.replace(/\/+$/, '');
const isHttpUrl = (url: string): boolean => URL.canParse(url) && /^https?:$/.test(new URL(url).protocol);
const others = ({ state }: LinkingContext, link: Link): Link[] =>
  [...state.links.values()].filter(({ id }) => id !== link.id);

/** `POST …/applicationlink/{id}`. */
export function updateLink(context: LinkingContext, incoming: Incoming): Answer {
  const link = context.state.links.get(incoming.captures[1] ?? '');
  if (!link) return errorList(400, ['No application link has this id.']);
  const body = parseJson(incoming.body);
  if (!isRecord(body)) return errorList(400, ['The body is not a JSON object.']);
  const name = text(body.name) ?? link.name;
  const rpcUrl = withoutSlash(text(body.rpcUrl) ?? link.rpcUrl);
  const displayUrl = withoutSlash(text(body.displayUrl) ?? link.displayUrl);
  if (others(context, link).some((other) => other.name === name)) {
    return errorList(400, [`The name ${name} is in use.`], ['name']);
  }
  if (rpcUrl !== link.rpcUrl) {
    return errorList(400, ['The RPC URL cannot be changed here: use relocate.'], ['rpcUrl']);
  }
  if (!isHttpUrl(displayUrl)) return errorList(400, ['The URL must be http or https.'], ['displayUrl']);
  Object.assign(link, { name, displayUrl });
  if (body.isPrimary === true) makePrimary(context, link);
  return statusEntity(200, 'The application link was updated.');
}

/** `POST …/applicationlink/primary/{id}`. */
export function makeLinkPrimary(context: LinkingContext, incoming: Incoming): Answer {
  const link = context.state.links.get(incoming.captures[1] ?? '');
  if (!link) return statusEntity(404, 'No application link has this id.');
  makePrimary(context, link);
  return statusEntity(200, 'The application link is primary now.');
}

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

/** The only plain call that may change rpcUrl. */
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
    if (others(context, link).some((other) => other[field] === wanted[field])) {
      return v3Error(409, `Another application link uses this ${field}.`, field);
    }
  }
  Object.assign(link, wanted);
  if (body.primary === true) makePrimary(context, link);
  return json(200, v3Entity(context, link, incoming.query));
}

const availabilityTimeoutMs = 10_000;

async function isAvailable(context: LinkingContext, url: string): Promise<boolean> {
  const request = { method: 'GET', url, headers: {}, timeoutMs: availabilityTimeoutMs };
  return context.send(request).then(isSuccess, () => false);
}

/** `POST relocateApplicationlink/{id}?newUrl=<url>[&nowarning=true]`. */
export async function relocate(context: LinkingContext, incoming: Incoming): Promise<Answer> {
  const link = context.state.links.get(incoming.captures[0] ?? '');
  if (!link) return statusEntity(404, 'No application link has this id.');
  const newUrl = withoutSlash(incoming.query.get('newUrl') ?? '');
  if (!isHttpUrl(newUrl)) return statusEntity(400, 'The new URL must be http or https.');
  if (!(await isAvailable(context, newUrl))) {
    if (incoming.query.get('nowarning') !== 'true') return statusEntity(409, `${newUrl} does not answer.`);
    Object.assign(link, { rpcUrl: newUrl, displayUrl: newUrl });
    return { status: 204, headers: {}, body: '' };
  }
  const download = await downloadManifest(context, newUrl);
  if (download.kind === 'manifest' && download.manifest.typeId !== link.typeId) {
    return statusEntity(400, `${newUrl} is an application of another type.`);
  }
  const { url = newUrl } = manifestForType(download, newUrl, link.typeId);
  Object.assign(link, { rpcUrl: newUrl, displayUrl: withoutSlash(url) });
  return { status: 204, headers: {}, body: '' };
}
