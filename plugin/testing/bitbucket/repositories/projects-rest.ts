/** Projects as REST lists, shows and makes them (jenkins-integration.md C1 rows 4 and 6). */
import { json, type Answer, type Incoming } from '../answer.js';
import type { StandInContext } from '../context.js';
import { isRecord, parseJson, text } from '../json-body.js';
import { paged } from '../rest/paged.js';
import { notPermitted, restError, RestRefusal } from '../rest/rest-error.js';
import type { Project } from '../state.js';
import { projectEntity } from './entities.js';
import { callerOf, mayReadProject } from './permission.js';

export const findProject = ({ state }: StandInContext, key: string): Project | undefined =>
  [...state.projects.values()].find((project) => project.key.toLowerCase() === key.toLowerCase());

/** Of a name, anywhere and whatever the case; blank or absent: everything. */
export const contains = (name: string, part: string | null): boolean =>
  name.toLowerCase().includes((part ?? '').trim().toLowerCase());

/** Anonymous callers see public projects only. */
export function listProjects(context: StandInContext, incoming: Incoming): Answer {
  const name = incoming.query.get('name');
  const shown = [...context.state.projects.values()].filter(
    (project) => contains(project.name, name) && mayReadProject(project, incoming),
  );
  return paged(
    incoming,
    shown.map((project) => projectEntity(context, project)),
  );
}

/** @throws RestRefusal unless the caller may read it. */
export function requireProject(context: StandInContext, incoming: Incoming): Project {
  const key = incoming.captures[0] ?? '';
  const project = findProject(context, key);
  if (project && mayReadProject(project, incoming)) return project;
  if (!callerOf(incoming) || project) throw new RestRefusal(notPermitted());
  const exceptionName = 'com.atlassian.bitbucket.project.NoSuchProjectException';
  throw new RestRefusal(restError(404, `Project ${key} does not exist.`, exceptionName));
}

export const showProject = (context: StandInContext, incoming: Incoming): Answer =>
  json(200, projectEntity(context, requireProject(context, incoming)));

export function createProject(context: StandInContext, incoming: Incoming): Answer {
  if (!callerOf(incoming)?.admin) return notPermitted();
  const body = parseJson(incoming.body);
  const key = isRecord(body) ? text(body.key) : undefined;
  if (!isRecord(body) || !key) return restError(400, 'The project key is required.');
  if (findProject(context, key)) return restError(409, `The project key ${key} is in use.`);
  const project = { key, name: text(body.name) ?? key, public: body.public === true };
  context.state.projects.set(key, project);
  return json(201, projectEntity(context, project));
}
