/**
 * Where to go after the login: a path of this server and nothing else. An attacker would try `//evil.example`,
 * `/\evil.example`, a scheme, or control characters that a browser drops.
 */
export function safeReturnPath(value: unknown, basePath: string): string {
  const home = `${basePath}/`;
  if (typeof value !== 'string' || value.length > 4096) return home;
  if (!/^\/(?![/\\])[\x21-\x5b\x5d-\x7e]*$/.test(value)) return home;
  const { origin, pathname } = new URL(value, 'http://ours.invalid');
  const isBelowBase = pathname === basePath || pathname.startsWith(home);
  return origin === 'http://ours.invalid' && isBelowBase ? value : home;
}
