/**
 * The scopes of each product with what each includes, and when a request for some is within what is registered
 * (oauth2.md part 3): names are exact, one space between, and both sides are compared with inheritance.
 */
import type { Product } from '../state.js';

const bitbucket: Readonly<Record<string, readonly string[]>> = {
  PUBLIC_REPOS: [],
  ACCOUNT_WRITE: ['PUBLIC_REPOS'],
  REPO_READ: ['PUBLIC_REPOS'],
  REPO_WRITE: ['REPO_READ'],
  REPO_ADMIN: ['REPO_WRITE'],
  PROJECT_ADMIN: ['REPO_ADMIN'],
  ADMIN_WRITE: ['PROJECT_ADMIN', 'ACCOUNT_WRITE'],
  SYSTEM_ADMIN: ['ADMIN_WRITE'],
};

const basic: Readonly<Record<string, readonly string[]>> = {
  READ: [],
  WRITE: ['READ'],
  ADMIN: ['WRITE'],
  SYSTEM_ADMIN: ['ADMIN'],
};

const catalogues = { stash: bitbucket, jira: basic, confluence: basic } as const;

export const scopeNames = (product: Product): readonly string[] => Object.keys(catalogues[product]);

/** Sorted, each once; undefined for anything but known names with one space between. */
export function parseScope(product: Product, scope: string): readonly string[] | undefined {
  const names = scope.split(' ');
  const known = scopeNames(product);
  return names.every((name) => known.includes(name)) ? [...new Set(names)].sort() : undefined;
}

/** With everything that they include. */
export function withIncluded(product: Product, names: readonly string[]): ReadonlySet<string> {
  const all = new Set<string>();
  const add = (name: string): void => {
    all.add(name);
    catalogues[product][name]?.forEach(add);
  };
  names.forEach(add);
  return all;
}

export function isWithin(product: Product, asked: readonly string[], registered: readonly string[]): boolean {
  const allowed = withIncluded(product, registered);
  return [...withIncluded(product, asked)].every((name) => allowed.has(name));
}
