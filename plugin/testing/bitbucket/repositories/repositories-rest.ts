/** Repositories as REST lists, shows and makes them (jenkins-integration.md C1 rows 5 and 6). */
import { json, type Answer, type Incoming } from '../answer.js';
import type { StandInContext } from '../context.js';
import { isRecord, parseJson, text } from '../json-body.js';
import { paged } from '../rest/paged.js';
import { notPermitted, restError } from '../rest/rest-error.js';
import { createRepository } from './create-repository.js';
import { repositoryEntity } from './entities.js';
import { callerOf, mayUse, requireRepository } from './permission.js';
import { contains, requireProject } from './projects-rest.js';
import type { Repository } from './repository.js';

function listed(
  context: StandInContext,
  incoming: Incoming,
  isMeant: (repository: Repository) => boolean,
): Answer {
  const shown = context.repositories.list.filter(
    (repository) => isMeant(repository) && mayUse(context, repository, incoming, 'REPO_READ'),
  );
  return paged(
    incoming,
    shown.map((repository) => repositoryEntity(context, repository)),
  );
}

/** By parts of its own name and of its project's. */
export const searchRepositories = (context: StandInContext, incoming: Incoming): Answer =>
  listed(
    context,
    incoming,
    ({ name, project }) =>
      contains(name, incoming.query.get('name')) && contains(project.name, incoming.query.get('projectname')),
  );

export function listRepositories(context: StandInContext, incoming: Incoming): Answer {
  const project = requireProject(context, incoming);
  return listed(context, incoming, (repository) => repository.project === project);
}

export const showRepository = (context: StandInContext, incoming: Incoming): Answer =>
  json(200, repositoryEntity(context, requireRepository(context, incoming, incoming.captures, 'REPO_READ')));

export async function postRepository(context: StandInContext, incoming: Incoming): Promise<Answer> {
  const project = requireProject(context, incoming);
  if (!callerOf(incoming)?.admin) return notPermitted();
  const body = parseJson(incoming.body);
  const name = isRecord(body) ? text(body.name) : undefined;
  if (!isRecord(body) || name === undefined) return restError(400, 'The repository name is required.');
  const made = await createRepository(context, { project, name, isPublic: body.public === true });
  if (!made) return restError(409, 'This repository URL is already taken.');
  return json(201, repositoryEntity(context, made));
}
