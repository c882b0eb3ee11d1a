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

/** What is wrong with it as a sentence, or the two URLs as they are stored. */
export function checkNewLink(
  state: State,
  { name, typeId, ...urls }: NewLink,
): Pick<Link, 'name' | 'typeId' | 'rpcUrl' | 'displayUrl'> | string {
  const rpcUrl = withoutSlash(urls.rpcUrl ?? urls.displayUrl ?? '');
  const displayUrl = withoutSlash(urls.displayUrl ?? rpcUrl);
  if (!name) return 'The name is missing.';
  if (!typeId || !typeIds.has(typeId)) return `The type "${typeId ?? ''}" is unknown.`;
  if (!isHttpUrl(rpcUrl) || !isHttpUrl(displayUrl)) return 'Both URLs must be http or https.';
  const isDuplicate = [...state.links.values()].some((link) => link.rpcUrl === rpcUrl);
  if (isDuplicate) return `An application link to ${rpcUrl} exists already.`;
  return { name, typeId, rpcUrl, displayUrl };
}

/**
 * The stored link, or a sentence that says why there is none. The first one of its type is its primary one.
 * @param idOfGeneric `from-url` by REST; the older wizard keeps the id `as-sent`.
 */
export function addLink(
  state: State,
  wanted: NewLink,
  idOfGeneric: 'from-url' | 'as-sent' = 'from-url',
): Link | string {
  const checked = checkNewLink(state, wanted);
  if (typeof checked === 'string') return checked;
  const { typeId, rpcUrl } = checked;
  const isIdIgnored = typeId === 'generic' && idOfGeneric === 'from-url';
  const id = (isIdIgnored ? undefined : wanted.id) ?? linkIdFromUrl(rpcUrl);
  if (state.links.has(id)) return `An application link with the id ${id} exists already.`;
  const isPrimary = ![...state.links.values()].some((link) => link.typeId === typeId);
  const link: Link = { id, ...checked, isPrimary, providers: new Map(), consumer: undefined };
  state.links.set(id, link);
  return link;
}
