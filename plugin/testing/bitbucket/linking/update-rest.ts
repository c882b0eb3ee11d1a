/**
 * Changing a link over REST (applinks-oauth1.md 2.5, 9.2): the older resources take name, display URL and the primary
 * flag and refuse a changed rpcUrl; relocation asks the new address first and is a system administrator's.
 */
import { statusEntity, type Answer, type Incoming } from '../answer.js';
import { isRecord, parseJson, text } from '../json-body.js';
import type { LinkingContext } from './context.js';
import { errorList } from './error-list.js';
import { isHttpUrl, othersThan, withoutSlash } from './link-fields.js';
import { downloadManifest, manifestForType } from './manifest-download.js';
import { isSuccess } from './remote-rest.js';
import { makePrimary } from './remove-link.js';

/** `POST …/applicationlink/{id}`. */
export function updateLink(context: LinkingContext, incoming: Incoming): Answer {
  const link = context.state.links.get(incoming.captures[1] ?? '');
  if (!link) return errorList(400, ['No application link has this id.']);
  const body = parseJson(incoming.body);
  if (!isRecord(body)) return errorList(400, ['The body is not a JSON object.']);
  const name = text(body.name) ?? link.name;
  const rpcUrl = withoutSlash(text(body.rpcUrl) ?? link.rpcUrl);
  const displayUrl = withoutSlash(text(body.displayUrl) ?? link.displayUrl);
  if (othersThan(context, link).some((other) => other.name === name)) {
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
