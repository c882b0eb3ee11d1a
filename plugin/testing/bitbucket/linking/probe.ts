/**
 * What is at a URL that an administrator enters (applinks-oauth1.md 2.1 step 1, 1.3): a manifest means that a full
 * link is possible; a warning or nothing lets the wizard go on with a type chosen by hand; an error ends it. The name
 * is resolved and the address judged before anything is sent (10.3).
 */
import { checkHost } from './address-guard.js';
import type { LinkingContext } from './context.js';
import { isKnownType } from './link-types.js';
import { downloadManifest, type ManifestDownload } from './manifest-download.js';
import type { RemoteManifest } from './remote-manifest.js';

/** Empty: nothing is known of what is there, so that the type is chosen by hand. */
export interface ProbeInfo {
  code?: string;
  warning?: string;
  params?: { redirectedUrl: string };
}

export type ProbeResult =
  | { status: 200; manifest: RemoteManifest }
  | { status: 200; info: ProbeInfo }
  | { status: 400 | 403 | 409 | 500; message: string };

const trimmed = (url: string): string => url.trim().replace(/\/+$/, '');

/** A sentence about what is wrong with the URL itself. */
function complaintAbout(url: string): string | undefined {
  if (url === '') return 'Enter the URL of the application.';
  if (/^https?:\/[^/]/i.test(url)) {
    return `The URL ${url} lacks a slash; a proxy in between may have swallowed one of the two.`;
  }
  const isHttp = /^https?:\/\//i.test(url) && URL.canParse(url);
  return isHttp ? undefined : `${url} is not a valid http or https URL.`;
}

function judge(context: LinkingContext, url: string, download: ManifestDownload): ProbeResult {
  if (download.kind === 'unreachable') {
    const warning = `There is no response from ${url}.`;
    return { status: 200, info: { code: 'applinks.warning.unknown.host', warning } };
  }
  if (download.kind === 'redirected') {
    const warning = `${url} redirects to ${download.to}.`;
    const params = { redirectedUrl: download.to };
    return { status: 200, info: { code: 'applinks.warning.redirected.host', warning, params } };
  }
  if (download.kind === 'none') return { status: 200, info: {} };
  const { manifest } = download;
  const { id, typeId } = manifest;
  if (id === undefined || typeId === undefined) {
    return { status: 500, message: 'The manifest lacks an id or a type.' };
  }
  if (id === context.own().id) return { status: 409, message: 'An application cannot be linked to itself.' };
  const known = context.state.links.get(id);
  if (known) {
    const isSame = known.displayUrl === trimmed(manifest.url ?? url);
    const where = isSame ? 'at this URL' : `at another URL, ${known.displayUrl}`;
    return { status: 409, message: `This application is linked already, ${where}.` };
  }
  if (!isKnownType(typeId)) return { status: 400, message: `The type "${typeId}" is unknown.` };
  return { status: 200, manifest };
}

export async function probe(context: LinkingContext, entered: string): Promise<ProbeResult> {
  const url = trimmed(entered);
  const complaint = complaintAbout(url);
  if (complaint) return { status: 400, message: complaint };
  const { hostname } = new URL(url);
  const host = await checkHost(hostname, new URL(context.own().baseUrl).hostname);
  if (host === 'unknown') return { status: 400, message: `The host ${hostname} is unknown.` };
  if (host === 'blocked' && !context.switches.allowAllHosts) {
    return { status: 403, message: `The host ${hostname} must not be linked.` };
  }
  const isLinked = [...context.state.links.values()].some((link) => link.rpcUrl === url);
  if (isLinked) return { status: 409, message: `An application link to ${url} exists already.` };
  return judge(context, url, await downloadManifest(context, url));
}
