/**
 * Redirect URIs: which may be registered, which may be used, and how the answer is put into one (RFC 6749 sections 3.1.2
 * and 4.1.2, RFC 9207; oauth2.md part 6, rows 3 to 5 and 12). What an attacker tries: another case, port, path or
 * encoding of a registered one, user info that looks like a host, a fragment. So they are compared as strings, and what
 * could be read in two ways cannot be registered.
 */

/** The most that a Data Center product takes (oauth2.md 2.8). */
export const longestRedirectUri = 450;

const plainUrl = /^https?:\/\/[^/?#\\@][\x21-\x7e]*$/;
/** Others can be written, too, but end a directive of the consent page's policy. */
const plainHost = /^(?:[\w.-]+|\[[\da-f:.]+\])$/;
const loopbackHost = /^(?:localhost|127\.0\.0\.1|\[::1\])$/;
/** Its own query must not answer for us; a peer takes `response` for a signed answer and fails (oauth2.md 1.4). */
const answerNames = ['code', 'state', 'iss', 'error', 'error_description', 'response'];
const loopbackPort = /^(http:\/\/(?:127\.0\.0\.1|\[::1\])):\d{1,5}(?=[/?]|$)/;

/** @param allowLoopback lets `http` to this machine pass, for development. */
export function isRedirectUri(uri: string, { allowLoopback }: { allowLoopback: boolean }): boolean {
  if (uri.length > longestRedirectUri || !plainUrl.test(uri) || /[#\\"<>]/.test(uri) || !URL.canParse(uri))
    return false;
  const { protocol, hostname, username, password, searchParams } = new URL(uri);
  if (username !== '' || password !== '' || answerNames.some((name) => searchParams.has(name))) return false;
  if (!plainHost.test(hostname)) return false;
  return protocol === 'https:' || (allowLoopback && loopbackHost.test(hostname));
}

/** @param anyLoopbackPort lets the port of a loopback address differ (RFC 8252 section 7.3). */
export function isSameRedirectUri(registered: string, given: string, anyLoopbackPort: boolean): boolean {
  if (registered === given) return true;
  if (!anyLoopbackPort) return false;
  const withoutPort = (uri: string): string => uri.replace(loopbackPort, '$1');
  return loopbackPort.test(given) && withoutPort(registered) === withoutPort(given);
}

/** The answer appended to the redirect URI, whose own query stays as it is; absent values are left out. */
export function redirectWith(uri: string, answer: Readonly<Record<string, string | undefined>>): string {
  const pairs = Object.entries(answer).flatMap(([name, value]): [string, string][] =>
    value === undefined ? [] : [[name, value]],
  );
  return `${uri}${uri.includes('?') ? '&' : '?'}${new URLSearchParams(pairs).toString()}`;
}
