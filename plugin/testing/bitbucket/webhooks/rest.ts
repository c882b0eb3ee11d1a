/** Webhooks of a repository over REST: list, make, change, delete, test (jenkins-integration.md C2). */
import { json, type Answer, type Incoming } from '../answer.js';
import type { StandInContext } from '../context.js';
import { requireRepository } from '../repositories/permission.js';
import type { Repository } from '../repositories/repository.js';
import { paged } from '../rest/paged.js';
import { restError, RestRefusal } from '../rest/rest-error.js';
import { repositoryPattern, restRoutes } from '../rest/rest-route.js';
import type { Route } from '../route.js';
import { newDelivery, send } from './deliver.js';
import { readWebhook } from './read-webhook.js';
import type { Delivery, Webhook } from './webhook.js';

const administered = (context: StandInContext, incoming: Incoming): Repository =>
  requireRepository(context, incoming, incoming.captures, 'REPO_ADMIN');

function entity({ webhooks }: StandInContext, hook: Webhook) {
  const { id, name, url, events, active, configuration, sslVerificationRequired, createdDate, updatedDate } =
    hook;
  const { secret, ...open } = configuration;
  const isShown = webhooks.switches.showsSecrets && secret !== undefined;
  return {
    ...{ id, name, url, events, active, createdDate, updatedDate, sslVerificationRequired },
    configuration: isShown ? { ...open, secret } : open,
    scopeType: 'repository',
  };
}

function requireWebhook(context: StandInContext, incoming: Incoming): Webhook {
  const repository = administered(context, incoming);
  const id = Number(incoming.captures[2]);
  const found = context.webhooks.hooks.find((hook) => hook.repository === repository && hook.id === id);
  if (found) return found;
  const exceptionName = 'com.atlassian.bitbucket.webhooks.NoSuchWebhookException';
  throw new RestRefusal(restError(404, `Webhook ${id} does not exist.`, exceptionName));
}

const list = (context: StandInContext, incoming: Incoming): Answer => {
  const repository = administered(context, incoming);
  const event = incoming.query.get('event');
  const meant = context.webhooks.hooks.filter(
    (hook) => hook.repository === repository && (event === null || hook.events.includes(event)),
  );
  return paged(
    incoming,
    meant.map((hook) => entity(context, hook)),
  );
};

function create(context: StandInContext, incoming: Incoming): Answer {
  const { webhooks } = context;
  const repository = administered(context, incoming);
  const fields = readWebhook(context.capabilitySwitches, incoming.body);
  webhooks.lastId += 1;
  const now = context.now();
  const hook: Webhook = { id: webhooks.lastId, repository, ...fields, createdDate: now, updatedDate: now };
  webhooks.hooks.push(hook);
  return json(201, entity(context, hook));
}

function update(context: StandInContext, incoming: Incoming): Answer {
  const hook = requireWebhook(context, incoming);
  Object.assign(hook, readWebhook(context.capabilitySwitches, incoming.body, hook), {
    updatedDate: context.now(),
  });
  return json(200, entity(context, hook));
}

function remove(context: StandInContext, incoming: Incoming): Answer {
  const { hooks } = context.webhooks;
  hooks.splice(hooks.indexOf(requireWebhook(context, incoming)), 1);
  return { status: 204, headers: {}, body: '' };
}

/** What the button "Test connection" sends, signed when the hook has a secret. */
export async function ping(context: StandInContext, hook: Webhook): Promise<Delivery> {
  const delivery = newDelivery(context, hook, 'diagnostics:ping', '{"test":true}');
  await send(context, delivery);
  return delivery;
}

const shown = ({ url, headers, body, status, answer, error }: Delivery) => ({
  request: { url, method: 'POST', headers, body },
  response: status === undefined ? { description: error } : { statusCode: status, body: answer },
});

async function test(context: StandInContext, incoming: Incoming): Promise<Answer> {
  const repository = administered(context, incoming);
  const { query } = incoming;
  const known = context.webhooks.hooks.find(
    (hook) => hook.repository === repository && String(hook.id) === query.get('webhookId'),
  );
  const url = query.get('url') ?? known?.url ?? '';
  const fields = { name: 'test', url, events: ['repo:refs_changed'], configuration: known?.configuration };
  const now = context.now();
  const hook: Webhook = {
    ...{ id: known?.id ?? 0, repository },
    ...readWebhook(context.capabilitySwitches, JSON.stringify(fields)),
    ...{ createdDate: now, updatedDate: now },
  };
  return json(200, shown(await ping(context, hook)));
}

/** The newest delivery, if there was one. */
function latest(context: StandInContext, incoming: Incoming): Answer {
  const { id } = requireWebhook(context, incoming);
  const last = context.webhooks.deliveries.findLast(({ webhookId }) => webhookId === id);
  return last
    ? json(200, { id: last.id, event: last.event, ...shown(last) })
    : { status: 204, headers: {}, body: '' };
}

export function webhookRoutes(context: StandInContext): readonly Route[] {
  const rest = restRoutes(context);
  const all = `${repositoryPattern}/webhooks`;
  const one = `${all}/(\\d+)`;
  return [
    rest('GET', all, list),
    rest('POST', all, create),
    rest('POST', `${all}/test`, test),
    rest('GET', one, (_, incoming) => json(200, entity(context, requireWebhook(context, incoming)))),
    rest('PUT', one, update),
    rest('DELETE', one, remove),
    rest('GET', `${one}/latest`, latest),
  ];
}
