/** What a hosted repository is made of: a bare git repository on disk, and what Bitbucket keeps beside it. */
import type { Project } from '../state.js';

/** Each includes those before it. */
export const permissions = ['NONE', 'REPO_READ', 'REPO_WRITE', 'REPO_ADMIN'] as const;

export type Permission = (typeof permissions)[number];

export interface Repository {
  id: number;
  slug: string;
  name: string;
  project: Project;
  isPublic: boolean;
  /** The bare git repository. */
  folder: string;
  /** Of a fork. */
  origin: Repository | undefined;
  /** By user name; whoever is not named may read, and administrators may do everything. */
  permissions: Map<string, Permission>;
  /** Without `refs/heads/`; need not exist, as in an empty repository. */
  defaultBranch: string;
  /** Merge commits that were made to preview a pull request: git has them, Bitbucket's REST does not know them. */
  previews: Set<string>;
}

/** Project key and slug with a slash between, by which tests name one. */
export const nameOf = ({ project, slug }: Repository): string => `${project.key}/${slug}`;
