/**
 * Scopes compared by what they allow and not by their spelling (oauth2.md part 3): REPO_ADMIN includes REPO_READ, so who
 * was granted the first has the second, and asking for the second of a client that was registered for the first is fine.
 */
import type { KnownScope } from './presets.js';

/** The names and all that they include. */
export function withIncluded(known: readonly KnownScope[], names: Iterable<string>): Set<string> {
  const found = new Set<string>();
  const add = (name: string): void => {
    if (found.has(name)) return;
    found.add(name);
    for (const included of known.find((scope) => scope.name === name)?.includes ?? []) add(included);
  };
  for (const name of names) add(name);
  return found;
}

/** Those of `wanted` that `granted` does not allow. */
export function missingScopes(
  known: readonly KnownScope[],
  granted: Iterable<string>,
  wanted: readonly string[],
): string[] {
  const allowed = withIncluded(known, granted);
  return wanted.filter((name) => !allowed.has(name));
}

/** Without those that another one of them includes, sorted: the shortest request for the same. */
export function narrowest(known: readonly KnownScope[], names: Iterable<string>): string[] {
  const all = [...new Set(names)];
  const isIncluded = (name: string): boolean =>
    all.some((other) => other !== name && withIncluded(known, [other]).has(name));
  return all.filter((name) => !isIncluded(name)).sort();
}

/** Names of a wire value: one space between, however many were sent. */
export const readScopes = (text: string): string[] => text.split(' ').filter((name) => name !== '');

/** RFC 6749 section 3.3. */
export const isScopeName = (name: string): boolean => /^[\x21\x23-\x5b\x5d-\x7e]{1,100}$/.test(name);
