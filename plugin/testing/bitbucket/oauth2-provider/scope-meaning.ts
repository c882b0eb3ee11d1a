/** What each scope allows, in the words of the consent page and of the registration form (oauth2.md part 3). */
import type { Product } from '../state.js';

const bitbucket: Readonly<Record<string, string>> = {
  PUBLIC_REPOS: 'see and clone public projects and repositories',
  ACCOUNT_WRITE: 'change your account settings',
  REPO_READ: 'see, clone and fork repositories; make and comment on pull requests',
  REPO_WRITE: 'push to repositories and merge',
  REPO_ADMIN: 'change settings, permissions and webhooks of repositories',
  PROJECT_ADMIN: 'change settings of projects and create repositories',
  ADMIN_WRITE: 'do most of what an administrator does',
  SYSTEM_ADMIN: 'do everything that an administrator does',
};

const basic: Readonly<Record<string, string>> = {
  READ: 'see what you see',
  WRITE: 'change what you may change',
  ADMIN: 'administer what you administer',
  SYSTEM_ADMIN: 'administer the whole system',
};

/** Empty for an unknown name. */
export const scopeMeaning = (product: Product, name: string): string =>
  (product === 'stash' ? bitbucket : basic)[name] ?? '';
