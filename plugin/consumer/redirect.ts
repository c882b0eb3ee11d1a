/**
 * A redirect is an error that names where it pointed (applinks-oauth1.md 1.1: peers follow none either). Following one
 * would carry an Authorization header or a checked name to a place of the peer's choice; its query is never shown,
 * since login redirects put secrets there.
 */
import { PeerUnreachable } from '../errors.js';

const maxLength = 200;

/** @throws PeerUnreachable `redirected` with `location` for 3xx with a Location header; without one it is an answer. */
export function requireNoRedirect(url: URL, answer: { status: number; headers: Headers }): void {
  const location = answer.headers.get('location');
  if (answer.status < 300 || answer.status > 399 || location === null) return;
  const shown = describeLocation(url, location);
  throw new PeerUnreachable(
    'redirected',
    shown === undefined
      ? `${url.origin} redirects to something that is no web address. Check the application and any proxy in front of it.`
      : `${url.origin} redirects to ${shown}. Enter the final address of the application, or stop the redirect there.`,
    { answerStatus: answer.status, ...(shown === undefined ? {} : { location: shown }) },
  );
}

function describeLocation(base: URL, location: string): string | undefined {
  if (!URL.canParse(location, base.href)) return undefined;
  const { protocol, origin, pathname } = new URL(location, base);
  return /^https?:$/.test(protocol) ? `${origin}${pathname}`.slice(0, maxLength) : undefined;
}
