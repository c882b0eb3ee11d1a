/**
 * What an administrator types or pastes as the address of a peer, and the base URLs that may be meant: with or without
 * scheme, with a slash at the end, or the address of a page deep inside the application. The parts of known pages are
 * cut off first, then one part after the other; few candidates, since each costs a call.
 */
import { PeerUnreachable } from '../errors.js';

export interface EnteredUrl {
  /** In the order to try: https alone when it was entered, http alone likewise, both when neither was. */
  schemes: ('https' | 'http')[];
  /** Base URLs without scheme, the most likely first, at most five. */
  candidates: string[];
}

const maxLength = 2048;
const maxCandidates = 5;
/** First path segments of the products' own pages, which are no context path. */
const pageSegments =
  /\/(?:plugins|projects|users|repos|rest|admin|secure|browse|issues|login|login\.jsp|dashboard|dashboard\.action|display|pages|spaces|applinks|index\.html|[\w-]+\.(?:action|jspa?))(?:\/.*)?$/;

/** @throws PeerUnreachable `address_refused` for what is no address. */
export function readEnteredUrl(entered: string): EnteredUrl {
  const text = entered.trim();
  const scheme = /^([a-z][a-z\d+.-]*):\/\//i.exec(text)?.[1]?.toLowerCase();
  const withScheme = scheme === undefined ? `https://${text}` : text;
  if (text.length > maxLength || !URL.canParse(withScheme)) throw notAnAddress();
  const url = new URL(withScheme);
  if (!/^https?:$/.test(url.protocol) || url.username !== '' || url.password !== '') throw notAnAddress();
  return {
    schemes: scheme === undefined ? ['https', 'http'] : [url.protocol === 'https:' ? 'https' : 'http'],
    candidates: pathCandidates(url.pathname).map((path) => `${url.host}${path}`),
  };
}

function pathCandidates(pathname: string): string[] {
  const path = pathname.replace(/\/{2,}/g, '/').replace(/\/$/, '');
  const paths = [path.replace(pageSegments, '')];
  for (let rest = path; rest !== ''; rest = rest.slice(0, rest.lastIndexOf('/'))) paths.push(rest);
  const unique = [...new Set([...paths, ''])];
  return unique.length <= maxCandidates ? unique : [...unique.slice(0, maxCandidates - 1), ''];
}

function notAnAddress(): PeerUnreachable {
  return new PeerUnreachable(
    'address_refused',
    'This is not the address of an application. Enter its base URL, for example https://bitbucket.example.com/bitbucket.',
  );
}
