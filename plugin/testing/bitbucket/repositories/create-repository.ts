/** Makes a bare repository, empty or as a fork, that takes no hooks or settings from the machine it runs on. */
import { join } from 'node:path';
import type { StandInContext } from '../context.js';
import type { Project } from '../state.js';
import { git } from './git.js';
import { findRepository } from './memory.js';
import type { Permission, Repository } from './repository.js';

export interface NewRepository {
  project: Project;
  name: string;
  isPublic?: boolean;
  defaultBranch?: string;
  permissions?: Readonly<Record<string, Permission>>;
  origin?: Repository;
}

const settings: readonly (readonly [name: string, value: string])[] = [
  ['receive.denyDeleteCurrent', 'ignore'],
  // Pull requests' refs are read by anybody and written by nobody.
  ['receive.hideRefs', 'refs/pull-requests'],
  ['gc.auto', '0'],
  ['receive.autogc', 'false'],
];

export const slugOf = (name: string): string =>
  name
    .trim()
    .toLowerCase()
    .replace(/[^a-z0-9._-]+/g, '-');

/** Undefined when the project has one of this name. */
export async function createRepository(
  { repositories }: StandInContext,
  { project, name, isPublic = false, permissions = {}, origin, ...given }: NewRepository,
): Promise<Repository | undefined> {
  const slug = slugOf(name);
  const isTaken = (): boolean => findRepository(repositories, project.key, slug) !== undefined;
  if (isTaken()) return undefined;
  const root = await repositories.folder();
  const id = Math.max(0, ...repositories.list.map((known) => known.id)) + 1;
  const defaultBranch = given.defaultBranch ?? origin?.defaultBranch ?? 'main';
  const repository: Repository = {
    ...{ id, slug, name, project, isPublic, origin, defaultBranch },
    folder: join(root, `${id}.git`),
    permissions: new Map(Object.entries(permissions)),
    previews: new Set(),
  };
  repositories.list.push(repository);
  const { folder } = repository;
  await git(root, ['init', '--quiet', '--bare', '--template=', `--initial-branch=${defaultBranch}`, folder]);
  for (const [setting, value] of settings) await git(folder, ['config', setting, value]);
  if (origin) {
    await git(folder, [
      'fetch',
      '--quiet',
      origin.folder,
      '+refs/heads/*:refs/heads/*',
      '+refs/tags/*:refs/tags/*',
    ]);
  }
  return repository;
}
