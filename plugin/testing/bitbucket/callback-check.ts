/** Where the dance may send the browser in the end (applinks-oauth1.md 2.4 last row, 10.5). */
import type { Link } from './state.js';

function isBelow(target: URL, baseUrl: string): boolean {
  const base = new URL(baseUrl);
  const path = base.pathname.replace(/\/+$/, '');
  return (
    target.origin === base.origin && (target.pathname === path || target.pathname.startsWith(`${path}/`))
  );
}

/** `base`: this server as the browser sees it, context path included. */
export function isAllowedRedirect(target: string, base: string, links: Iterable<Link>): boolean {
  // A browser reads a backslash as a slash, so `/\evil.example` leaves the host as `//evil.example` does.
  if (target.startsWith('//') || target.includes('\\')) return false;
  if (!target.startsWith('/') && !/^https?:\/\//i.test(target)) return false;
  if (!URL.canParse(target, base)) return false;
  const url = new URL(target, base);
  if (isBelow(url, base)) return true;
  if (target.startsWith('/')) return false;
  return [...links].some((link) => isBelow(url, link.displayUrl) || isBelow(url, link.rpcUrl));
}
