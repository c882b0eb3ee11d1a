/**
 * One half of a link made in a browser (applinks-oauth1.md 2.1 step 2a, 2.4): stored here, both directions on, and
 * where the browser goes to have the other half made. What another application is told about us are two parameters,
 * wrapped in double quotes.
 */
import { addLink } from '../add-link.js';
import { linksPath } from '../link-form.js';
import type { Link } from '../state.js';
import type { LinkingContext } from './context.js';
import { fetchIncoming, setOutgoing } from './local-oauth.js';
import { flagsOfLevel, oauthDefault } from './oauth-levels.js';
import type { RemoteManifest } from './remote-manifest.js';

/** A name in use gets " - 2", " - 3" and so on. */
function freeName({ state }: LinkingContext, wanted: string): string {
  const names = new Set([...state.links.values()].map(({ name }) => name));
  for (let number = 2, name = wanted; ; number += 1) {
    if (!names.has(name)) return name;
    name = `${wanted} - ${number}`;
  }
}

/** The stored link, or a sentence that says why there is none. Its outgoing direction is on. */
export function addOwnHalf(
  context: LinkingContext,
  url: string,
  { id, name, typeId, url: displayUrl }: RemoteManifest,
): Link | string {
  const link = addLink(context.state, {
    ...{ id, typeId, rpcUrl: url, displayUrl: displayUrl ?? url },
    name: freeName(context, name ?? url),
  });
  if (typeof link !== 'string') setOutgoing(context, link, oauthDefault);
  return link;
}

/** Switches the incoming direction on. Undefined when it worked, else why not. */
export const trustRemote = (context: LinkingContext, link: Link): Promise<string | undefined> =>
  fetchIncoming(context, link, flagsOfLevel(oauthDefault));

/** Where the other half is made. */
export function otherSideUrl(context: LinkingContext, link: Link): string {
  const { switches } = context;
  const quote = switches.quotesParameters ? '"' : '';
  const query = new URLSearchParams({
    applinkStartingUrl: quote + (switches.startingUrl ?? context.own().baseUrl) + quote,
    applinkOriginalCreatedId: quote + (switches.createdId ?? link.id) + quote,
  });
  return `${link.displayUrl}${linksPath}?${query.toString()}`;
}

/** Where a browser that was sent here goes back to. */
export const startersListUrl = (link: Pick<Link, 'displayUrl'>): string => link.displayUrl + linksPath;
