/** The rules for a new application link, whether it comes by REST or by the form (applinks-oauth1.md 1.4, 2.1). */
import { linkIdFromUrl } from './link-id.js';
import type { Link, State } from './state.js';

const typeIds = new Set(['generic', 'stash', 'jira', 'confluence', 'bamboo', 'fecru', 'crowd', 'refapp']);

export interface NewLink {
  /** Ignored for generic links: their id follows from rpcUrl. */
  id?: string | undefined;
  name: string | undefined;
  typeId: string | undefined;
  /** If only one of the two URLs is given, the other is copied from it. */
  rpcUrl: string | undefined;
  displayUrl: string | undefined;
}

const withoutSlash = (url: string): string => url.replace(/\/+$/, '');
const isHttpUrl = (url: string): boolean => URL.canParse(url) && /^https?:$/.test(new URL(url).protocol);

/** The stored link, or a sentence that says why there is none. */
export function addLink(state: State, wanted: NewLink): Link | string {
  const { name, typeId } = wanted;
  const rpcUrl = withoutSlash(wanted.rpcUrl ?? wanted.displayUrl ?? '');
  const displayUrl = withoutSlash(wanted.displayUrl ?? rpcUrl);
  if (!name) return 'The name is missing.';
  if (!typeId || !typeIds.has(typeId)) return `The type "${typeId ?? ''}" is unknown.`;
  if (!isHttpUrl(rpcUrl) || !isHttpUrl(displayUrl)) return 'Both URLs must be http or https.';
  const isDuplicate = [...state.links.values()].some((link) => link.rpcUrl === rpcUrl);
  if (isDuplicate) return `An application link to ${rpcUrl} exists already.`;
  const id = (typeId === 'generic' ? undefined : wanted.id) ?? linkIdFromUrl(rpcUrl);
  const link: Link = { id, name, typeId, rpcUrl, displayUrl, providers: new Map(), consumer: undefined };
  state.links.set(id, link);
  return link;
}
