/** Deployments over REST, with the fields and limits of jenkins-integration.md C8. */
import { json, type Answer, type Incoming } from '../answer.js';
import type { StandInContext } from '../context.js';
import { isRecord, parseJson, type JsonRecord } from '../json-body.js';
import { requireRepository } from '../repositories/permission.js';
import { requireCommit } from '../repositories/refs-rest.js';
import { repositoryEntity } from '../repositories/entities.js';
import { checkFields } from '../rest/field-checks.js';
import { fieldErrors, restError, RestRefusal } from '../rest/rest-error.js';
import { repositoryPattern, restRoutes } from '../rest/rest-route.js';
import type { Route } from '../route.js';
import {
  deploymentStates,
  environmentTypes,
  type Deployment,
  type DeploymentEnvironment,
} from './deployment.js';
import { requireCommitId, requirePoster } from './rest.js';

type Messages = Map<string, string>;

const isAbsolute = (url: string | undefined): boolean => url === undefined || URL.canParse(url);

function environmentOf(value: unknown, messages: Messages): DeploymentEnvironment {
  if (!isRecord(value)) messages.set('environment', 'environment is required.');
  const checks = checkFields(isRecord(value) ? value : {}, 'environment.', messages);
  const url = checks.text('url', { max: 1024 });
  if (!isAbsolute(url)) checks.fail('url', 'environment.url must be absolute.');
  const type = checks.oneOf('type', environmentTypes, false);
  return {
    key: checks.text('key', { max: 255, required: true }) ?? '',
    displayName: checks.text('displayName', { max: 255, required: true }) ?? '',
    ...(type && { type }),
    ...(url && { url }),
  };
}

function readDeployment(read: JsonRecord, now: number): Omit<Deployment, 'repository' | 'commit'> {
  const messages: Messages = new Map();
  const checks = checkFields(read, '', messages);
  const url = checks.text('url', { max: 1024, required: true }) ?? '';
  if (!isAbsolute(url)) checks.fail('url', 'url must be absolute.');
  const deployment = {
    deploymentSequenceNumber: checks.count('deploymentSequenceNumber', true) ?? 0,
    description: checks.text('description', { max: 255, required: true }) ?? '',
    displayName: checks.text('displayName', { max: 255, required: true }) ?? '',
    environment: environmentOf(read.environment, messages),
    key: checks.text('key', { max: 255, required: true }) ?? '',
    state: checks.oneOf('state', deploymentStates, true) ?? 'UNKNOWN',
    url,
    lastUpdated: checks.count('lastUpdated', false) ?? now,
  };
  const refusal = fieldErrors(messages);
  if (refusal) throw new RestRefusal(refusal);
  return deployment;
}

const entity = (context: StandInContext, { repository, commit, ...shown }: Deployment) => ({
  ...shown,
  repository: repositoryEntity(context, repository),
  toCommit: { id: commit, displayId: commit.slice(0, 11) },
});

type Id = Pick<Deployment, 'repository' | 'key' | 'deploymentSequenceNumber'> & {
  environment: { key: string };
};

const isSame = (one: Id, other: Id): boolean =>
  one.repository === other.repository &&
  one.key === other.key &&
  one.environment.key === other.environment.key &&
  one.deploymentSequenceNumber === other.deploymentSequenceNumber;

async function post(context: StandInContext, incoming: Incoming): Promise<Answer> {
  if (!context.capabilitySwitches.deployments) return restError(404, 'There is nothing at this address.');
  const repository = requirePoster(context, incoming);
  const commit = await requireCommit(repository, requireCommitId(incoming.captures[2] ?? ''));
  const read = parseJson(incoming.body);
  if (!isRecord(read)) return restError(400, 'The body is not a JSON object.');
  const deployment = { repository, commit, ...readDeployment(read, context.now()) };
  const before = context.deployments.findIndex((known) => isSame(known, deployment));
  if (before === -1) context.deployments.push(deployment);
  else context.deployments[before] = deployment;
  return json(200, entity(context, deployment));
}

function showOne(context: StandInContext, incoming: Incoming): Answer {
  const repository = requireRepository(context, incoming, incoming.captures, 'REPO_READ');
  const { query } = incoming;
  const id = {
    repository,
    key: query.get('key') ?? '',
    environment: { key: query.get('environmentKey') ?? '' },
    deploymentSequenceNumber: Number(query.get('deploymentSequenceNumber')),
  };
  const found = context.deployments.find((known) => isSame(known, id));
  return found ? json(200, entity(context, found)) : restError(404, 'There is no such deployment.');
}

export function deploymentRoutes(context: StandInContext): readonly Route[] {
  const rest = restRoutes(context);
  const path = `${repositoryPattern}/commits/([^/]+)/deployments`;
  return [rest('POST', path, post), rest('GET', path, showOne)];
}
