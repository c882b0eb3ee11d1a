/** Users, projects and repositories as REST and webhooks show them (jenkins-integration.md C3). */
import type { StandInContext } from '../context.js';
import type { Project } from '../state.js';
import type { Repository } from './repository.js';

export const emailOf = (user: string): string => `${user}@example.test`;

/** Users and projects have no number of their own: their place in the list is one. */
const placeOf = (name: string, all: Iterable<string>): number => [...all].indexOf(name) + 1;

export function userEntity({ state }: StandInContext, name: string) {
  return {
    name,
    emailAddress: emailOf(name),
    id: placeOf(name, state.users.keys()),
    displayName: name,
    active: state.users.has(name),
    slug: name.toLowerCase(),
    type: 'NORMAL',
  };
}

export const projectPath = ({ key }: Project): string =>
  key.startsWith('~') ? `/users/${key.slice(1)}` : `/projects/${key}`;

export const repositoryPath = ({ project, slug }: Repository): string =>
  `/projects/${project.key}/repos/${slug}`;

export const cloneUrl = (base: string, { project, slug }: Repository): string =>
  `${base}/scm/${project.key.toLowerCase()}/${slug}.git`;

export function projectEntity(context: StandInContext, project: Project) {
  return {
    key: project.key,
    id: placeOf(project.key, context.state.projects.keys()),
    name: project.name,
    public: project.public,
    type: project.key.startsWith('~') ? 'PERSONAL' : 'NORMAL',
    links: { self: [{ href: context.baseUrl() + projectPath(project) }] },
  };
}

export interface RepositoryEntity {
  slug: string;
  id: number;
  [name: string]: unknown;
}

export function repositoryEntity(context: StandInContext, repository: Repository): RepositoryEntity {
  const { slug, id, name, project, isPublic, origin } = repository;
  const base = context.baseUrl();
  const { hostname } = new URL(base);
  const ssh = `ssh://git@${hostname}:7999/${project.key.toLowerCase()}/${slug}.git`;
  return {
    slug,
    id,
    name,
    hierarchyId: id.toString(16).padStart(20, '0'),
    scmId: 'git',
    state: 'AVAILABLE',
    statusMessage: 'Available',
    forkable: true,
    ...(origin && { origin: repositoryEntity(context, origin) }),
    project: projectEntity(context, project),
    public: isPublic,
    archived: false,
    links: {
      clone: [
        { href: cloneUrl(base, repository), name: 'http' },
        { href: ssh, name: 'ssh' },
      ],
      self: [{ href: `${base}${repositoryPath(repository)}/browse` }],
    },
  };
}
