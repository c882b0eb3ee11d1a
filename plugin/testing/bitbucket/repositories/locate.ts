/** Finds what a test names; what is not there is a mistake of the test. */
import type { StandInContext } from '../context.js';
import { findRepository } from './memory.js';
import { resolveCommit } from './refs.js';
import type { Repository } from './repository.js';

/** `name`: project key and slug with a slash between, `SHOP/widget`. */
export function locateRepository({ repositories }: StandInContext, name: string): Repository {
  const [projectKey = '', slug = ''] = name.split('/');
  const found = findRepository(repositories, projectKey, slug);
  if (!found) throw new Error(`The stand-in has no repository ${name}.`);
  return found;
}

export async function locateCommit(repository: Repository, name: string): Promise<string> {
  const found = await resolveCommit(repository, name);
  if (found === undefined) throw new Error(`${name} leads to no commit of ${repository.slug}.`);
  return found;
}
