/**
 * Cookies as browsers keep them on loopback: by host name and path, NOT by port. Two servers on 127.0.0.1 see each
 * other's cookies, which is exactly what happens to somebody who tries an app beside its peer.
 */

interface Cookie {
  name: string;
  value: string;
  host: string;
  path: string;
  secure: boolean;
}

export interface CookieJar {
  store(url: URL, setCookie: string): void;
  /** Value for the Cookie header; empty when there is none. */
  header(url: URL): string;
  clear(): void;
}

const pathMatches = (path: string, cookiePath: string): boolean =>
  path === cookiePath || path.startsWith(cookiePath.endsWith('/') ? cookiePath : `${cookiePath}/`);

export function createCookieJar(): CookieJar {
  let cookies: Cookie[] = [];
  return {
    store: (url, setCookie) => {
      const [pair = '', ...rest] = setCookie.split(';');
      const attributes = new Map(
        rest.map((part) => {
          const [key = '', ...value] = part.trim().split('=');
          return [key.toLowerCase(), value.join('=')] as const;
        }),
      );
      const [name = '', ...value] = pair.trim().split('=');
      const path = attributes.get('path') ?? (url.pathname.replace(/\/[^/]*$/, '') || '/');
      const cookie = {
        name,
        value: value.join('='),
        host: url.hostname,
        path,
        secure: attributes.has('secure'),
      };
      cookies = cookies.filter(
        (known) => known.name !== name || known.host !== cookie.host || known.path !== path,
      );
      const expires = attributes.get('expires');
      const dead =
        Number(attributes.get('max-age') ?? 1) <= 0 ||
        (expires !== undefined && Date.parse(expires) <= Date.now());
      if (!dead) cookies.push(cookie);
    },
    header: (url) =>
      cookies
        .filter(({ host }) => host === url.hostname)
        .filter(({ path }) => pathMatches(url.pathname, path))
        .filter(({ secure }) => !secure || url.protocol === 'https:')
        .map(({ name, value }) => `${name}=${value}`)
        .join('; '),
    clear: () => {
      cookies = [];
    },
  };
}
