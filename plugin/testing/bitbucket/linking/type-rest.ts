/**
 * Smaller questions about links (applinks-oauth1.md 1.1 row 5, 2.5, 7.4): those of a type, the primary one, what the
 * other side's manifest says, and what is remembered of its version and capabilities.
 */
import { json, statusEntity, type Answer, type Incoming } from '../answer.js';
import { isLinkId } from '../link-id.js';
import { linkEntity, linkHref } from '../link-rest.js';
import type { LinkingContext } from './context.js';
import { v3Error } from './error-list.js';
import { isKnownType } from './link-types.js';
import { downloadManifest, manifestForType } from './manifest-download.js';

export function linksOfType({ state }: LinkingContext, incoming: Incoming): Answer {
  const [version = '', typeId = ''] = incoming.captures;
  if (!isKnownType(typeId)) return statusEntity(400, `The type "${typeId}" is unknown.`);
  const links = [...state.links.values()].filter((link) => link.typeId === typeId);
  return json(200, {
    applicationLinks: links.map((link) => linkEntity(link, linkHref(incoming.base, version, link.id))),
  });
}

export function primaryLink({ state }: LinkingContext, incoming: Incoming): Answer {
  const [version = '', typeId = ''] = incoming.captures;
  const link = [...state.links.values()].find((one) => one.typeId === typeId && one.isPrimary);
  if (!link) return statusEntity(404, `There is no primary link of the type "${typeId}".`);
  return json(200, linkEntity(link, linkHref(incoming.base, version, link.id)));
}

/** Fetched, or made up as for a new link. */
export async function manifestOfLink(context: LinkingContext, { captures }: Incoming): Promise<Answer> {
  const link = context.state.links.get(captures[0] ?? '');
  if (!link) return statusEntity(400, 'No application link has this id.');
  const download = await downloadManifest(context, link.rpcUrl);
  return json(200, manifestForType(download, link.rpcUrl, link.typeId));
}

export async function remoteCapabilities(context: LinkingContext, { captures }: Incoming): Promise<Answer> {
  const id = captures[0] ?? '';
  if (!isLinkId(id)) return v3Error(400, 'This is not the id of an application link.');
  const link = context.state.links.get(id);
  if (!link) return v3Error(404, `No application link has the id ${id}.`);
  const { applicationVersion, applinksVersion, capabilities, error } = await context.capabilities.of(link);
  const version = (versionString: string | undefined) => versionString && { versionString };
  return json(200, {
    applicationVersion: version(applicationVersion),
    applinksVersion: version(applinksVersion),
    capabilities: [...capabilities],
    error: error && { category: error.category, type: error.type, details: error.details },
  });
}
