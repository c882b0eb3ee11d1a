/** Projects, repositories, branches and tags as a test makes and moves them, without git and without HTTP. */
import type { StandInContext } from '../context.js';
import type { Project } from '../state.js';
import { changeRefs } from './change-refs.js';
import { commitFiles, type CommitFiles } from './commit-files.js';
import { createRepository, type NewRepository } from './create-repository.js';
import { cloneUrl, emailOf } from './entities.js';
import { git } from './git.js';
import { locateCommit, locateRepository } from './locate.js';
import { resolveCommit } from './refs.js';
import { nameOf, type Permission } from './repository.js';

export type Push = Omit<CommitFiles, 'atMs' | 'message'> & {
  /** `SHOP/widget`. */
  repository: string;
  message?: string;
};

export interface TagToMake {
  repository: string;
  name: string;
  /** Branch, tag or commit. */
  at: string;
  user: string;
  /** With one, the tag is an object of its own (annotated). */
  message?: string;
}

/** Repositories are named `SHOP/widget`: project key and slug. Everything throws for what is not there. */
export interface RepositoriesDriver {
  createProject(project: { key: string; name?: string; public?: boolean }): Readonly<Project>;
  /** The name by which everything else here finds it. Makes the project, too, when there is none. */
  createRepository(
    repository: Pick<NewRepository, 'name' | 'isPublic' | 'defaultBranch' | 'permissions'> & {
      project: string;
    },
  ): Promise<string>;
  /** Into the user's personal project unless told otherwise; the user becomes its administrator. */
  fork(fork: { repository: string; user: string; project?: string; name?: string }): Promise<string>;
  list(): readonly string[];
  grant(repository: string, user: string, permission: Permission): void;
  /** Where git finds it. */
  cloneUrl(repository: string): string;
  /** One commit on a branch, which is made when it is not there. The commit's id. */
  push(push: Push): Promise<string>;
  createBranch(branch: { repository: string; name: string; at: string; user: string }): Promise<void>;
  /** Moves a branch anywhere, as a forced push does. */
  resetBranch(branch: { repository: string; name: string; at: string; user: string }): Promise<void>;
  deleteBranch(branch: { repository: string; name: string; user: string }): Promise<void>;
  tag(tag: TagToMake): Promise<void>;
  deleteTag(tag: { repository: string; name: string; user: string }): Promise<void>;
  setDefaultBranch(repository: string, branch: string): Promise<void>;
  /** The commit of a branch, tag or full ref. */
  commit(repository: string, name: string): Promise<string | undefined>;
}

export function createRepositoriesDriver(context: StandInContext): RepositoriesDriver {
  const { projects } = context.state;
  const createProject: RepositoriesDriver['createProject'] = ({
    key,
    name = key,
    public: isPublic = false,
  }) => {
    const project = { key, name, public: isPublic };
    projects.set(key, project);
    return project;
  };
  const locate = (name: string) => locateRepository(context, name);
  const made = async (repository: NewRepository): Promise<string> => {
    const created = await createRepository(context, repository);
    if (!created) throw new Error(`${repository.project.key} has a repository ${repository.name} already.`);
    return nameOf(created);
  };
  const change = (name: string, user: string, args: readonly string[], env?: Record<string, string>) => {
    const repository = locate(name);
    const run = () => git(repository.folder, args, env && { env });
    return changeRefs(context, repository, user, run).then(() => undefined);
  };
  const setBranch: RepositoriesDriver['resetBranch'] = async ({ repository, name, at, user }) => {
    const commit = await locateCommit(locate(repository), at);
    await change(repository, user, ['update-ref', `refs/heads/${name}`, commit]);
  };

  return {
    createProject,
    createRepository: async ({ project, ...repository }) =>
      made({ project: projects.get(project) ?? createProject({ key: project }), ...repository }),
    fork: async ({ repository, user, project = `~${user}`, name }) => {
      const origin = locate(repository);
      return made({
        project: projects.get(project) ?? createProject({ key: project, name: user }),
        name: name ?? origin.name,
        permissions: { [user]: 'REPO_ADMIN' },
        origin,
      });
    },
    list: () => context.repositories.list.map(nameOf),
    grant: (repository, user, permission) => void locate(repository).permissions.set(user, permission),
    cloneUrl: (repository) => cloneUrl(context.baseUrl(), locate(repository)),
    push: ({ repository, message = 'Change files', ...push }) => {
      const found = locate(repository);
      const commit = { ...push, message, atMs: context.now() };
      return changeRefs(context, found, push.user, () => commitFiles(found, commit));
    },
    createBranch: setBranch,
    resetBranch: setBranch,
    deleteBranch: ({ repository, name, user }) =>
      change(repository, user, ['update-ref', '-d', `refs/heads/${name}`]),
    tag: async ({ repository, name, at, user, message }) => {
      const commit = await locateCommit(locate(repository), at);
      if (message === undefined) return change(repository, user, ['update-ref', `refs/tags/${name}`, commit]);
      const date = `${Math.floor(context.now() / 1000)} +0000`;
      const env = {
        ...{ GIT_COMMITTER_NAME: user, GIT_COMMITTER_EMAIL: emailOf(user), GIT_COMMITTER_DATE: date },
      };
      return change(repository, user, ['tag', '-a', '-m', message, name, commit], env);
    },
    deleteTag: ({ repository, name, user }) =>
      change(repository, user, ['update-ref', '-d', `refs/tags/${name}`]),
    setDefaultBranch: async (name, branch) => {
      const repository = locate(name);
      await git(repository.folder, ['symbolic-ref', 'HEAD', `refs/heads/${branch}`]);
      repository.defaultBranch = branch;
    },
    commit: (repository, name) => resolveCommit(locate(repository), name),
  };
}
