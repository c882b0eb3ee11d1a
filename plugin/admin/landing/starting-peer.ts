/**
 * The peer that began a link and sent its administrator's browser here (applinks-oauth1.md 2.4, 12.2). Both parameters
 * come in a URL that anybody can make (CVE-2018-20239 was script in `applinkStartingUrl`), so they are held against a
 * strict form, are never shown unless they pass, and are only ever the address of a manifest to fetch.
 */
import { ApplinksError } from '../../errors.js';
import { isCallbackUrl } from '../../http/callback-url.js';
import { serverId } from '../linking/peer-description.js';

export interface StartingPeer {
  /** Base URL, without a slash at its end. */
  url: string;
  /** Our id at the peer; null when it sent none. */
  createdId: string | null;
}

const known = ['applinkStartingUrl', 'applinkOriginalCreatedId'];

/** Names of what peers send besides, of which nothing certain is known (12.2): for the log, and for nothing else. */
export function otherParameters(query: URLSearchParams): string[] {
  const names = [...new Set(query.keys())].filter((name) => !known.includes(name));
  return names.slice(0, 20).map((name) => name.slice(0, 100));
}

/** Undefined when the page was opened without them. @throws ApplinksError `invalid_input` */
export function readStartingPeer(query: URLSearchParams): StartingPeer | undefined {
  const [url, ...otherUrls] = query.getAll('applinkStartingUrl').map(unquoted);
  const [id, ...otherIds] = query.getAll('applinkOriginalCreatedId').map(unquoted);
  if (url === undefined) return undefined;
  const base = url.replace(/\/+$/, '');
  if (otherUrls.length > 0 || otherIds.length > 0 || !isBaseUrl(base)) return refuse();
  return { url: base, createdId: readCreatedId(id) };
}

/** Null for none. @throws ApplinksError `invalid_input` */
export function readCreatedId(id: string | null | undefined): string | null {
  if (id === undefined || id === null || id === '') return null;
  const createdId = serverId.safeParse(id);
  return createdId.success ? createdId.data : refuse();
}

/** Atlassian wraps both values in double quotes. */
function unquoted(value: string): string {
  return /^"(.*)"$/s.exec(value)?.[1] ?? value;
}

/** Also what must not be in a page: quotes, brackets, spaces. */
export function isBaseUrl(url: string): boolean {
  return isCallbackUrl(url) && /^[\w.~:/[\]%-]+$/.test(url);
}

function refuse(): never {
  throw new ApplinksError(
    'invalid_input',
    400,
    'The other application sent you here with an address that cannot be used. Begin again there, or create the link here.',
    { reason: 'applinkStartingUrl or applinkOriginalCreatedId malformed' },
  );
}
