/** A few resources of the product by which a signed call shows as whom it ran (applinks-oauth1.md 7.3, `whoami`). */
import { json, type Answer, type Incoming } from '../answer.js';
import type { StandInContext } from '../context.js';
import { isRecord, parseJson, text } from '../json-body.js';
import type { Project } from '../state.js';
import { productFacts } from './product-facts.js';

const failure = (status: number, message: string): Answer =>
  json(status, { errors: [{ context: null, message, exceptionName: null }] });

/** An access token for public repositories names its user, who sees no more by it than anybody does. */
const mayRead = (project: Project, incoming: Incoming): boolean =>
  project.public || (callerOf(incoming) !== undefined && canReadPrivate(incoming));

const canReadPrivate = ({ scopes }: Incoming): boolean =>
  !scopes || scopes.has('REPO_READ') || scopes.has('READ');

const callerOf = ({ basicUser, user }: Incoming) => basicUser ?? user;

/** Always 200; empty for an anonymous caller. */
export const whoAmI = (incoming: Incoming): Answer => ({
  status: 200,
  headers: { 'Content-Type': 'text/plain;charset=UTF-8' },
  body: callerOf(incoming)?.name ?? '',
});

export function applicationProperties({ state }: StandInContext): Answer {
  const { name, version, buildNumber } = productFacts[state.product];
  return json(200, { version, buildNumber: String(buildNumber), displayName: name });
}

/** Anonymous callers see public projects only. */
export function listProjects({ state }: StandInContext, incoming: Incoming): Answer {
  const values = [...state.projects.values()].filter((project) => mayRead(project, incoming));
  return json(200, { size: values.length, limit: 25, isLastPage: true, start: 0, values });
}

export function showProject({ state }: StandInContext, incoming: Incoming): Answer {
  const project = state.projects.get(incoming.captures[0] ?? '');
  if (project && mayRead(project, incoming)) return json(200, project);
  if (!callerOf(incoming)) return failure(401, 'You are not permitted to access this resource.');
  return failure(404, `Project ${incoming.captures[0] ?? ''} does not exist.`);
}

export function createProject({ state }: StandInContext, incoming: Incoming): Answer {
  const user = callerOf(incoming);
  if (!user?.admin) return failure(401, 'You are not permitted to access this resource.');
  const body = parseJson(incoming.body);
  const key = isRecord(body) ? text(body.key) : undefined;
  if (!isRecord(body) || !key) return failure(400, 'The project key is required.');
  if (state.projects.has(key)) return failure(409, `The project key ${key} is in use.`);
  const project = { key, name: text(body.name) ?? key, public: body.public === true };
  state.projects.set(key, project);
  return json(201, project);
}
