/**
 * Where a peer may have our administrator's browser sent in the end: below the link's own addresses (applinks-oauth1.md
 * 2.4 last row, 10.5). Anything else, script and data URLs first of all, is refused and never shown.
 */
import { ApplinksError } from '../../errors.js';
import { isCallbackUrl } from '../../http/callback-url.js';
import type { Link } from '../../store/store.js';

/** null: no callback was given. @throws ApplinksError `invalid_input` */
export function returnTarget(callback: string | null, { displayUrl, rpcUrl }: Link): string | null {
  if (callback === null || callback === '') return null;
  const isAllowed =
    isCallbackUrl(callback) &&
    !callback.includes('\\') &&
    [displayUrl, rpcUrl].some((base) => base !== null && isBelow(new URL(callback), new URL(base)));
  if (isAllowed) return new URL(callback).href;
  throw new ApplinksError(
    'invalid_input',
    400,
    'The way back does not lead to the linked application, so nothing was changed. Begin again there.',
    { reason: 'callback outside of the link' },
  );
}

function isBelow(url: URL, base: URL): boolean {
  const path = base.pathname.replace(/\/+$/, '');
  return url.origin === base.origin && (url.pathname === path || url.pathname.startsWith(`${path}/`));
}
