/** A repository's webhooks with the log of their deliveries, a test of the connection, and delivery once more. */
import { redirect, type Answer, type Incoming } from '../answer.js';
import type { StandInContext } from '../context.js';
import { html, page, type Html } from '../html.js';
import { requireRepository } from '../repositories/permission.js';
import { restError } from '../rest/rest-error.js';
import { redeliver } from '../webhooks/deliver.js';
import { ping } from '../webhooks/rest.js';
import type { Delivery, Webhook } from '../webhooks/webhook.js';
import { button, repositoryLinks, webhooksPath, type FormHandler } from './hosting-page.js';

const hooksOf = (context: StandInContext, incoming: Incoming): Webhook[] => {
  const repository = requireRepository(context, incoming, incoming.captures, 'REPO_ADMIN');
  return context.webhooks.hooks.filter((hook) => hook.repository === repository);
};

const hookItem = (incoming: Incoming, path: string, { id, name, url, events, active }: Webhook): Html =>
  html`<tr>
    <td>${name}${active ? '' : ' (inactive)'}</td>
    <td>${url}</td>
    <td>${events.join(', ')}</td>
    <td>${button(incoming, `${path}/test`, 'Test connection', { id: String(id) })}</td>
  </tr>`;

const deliveryItem = (
  incoming: Incoming,
  path: string,
  { id, event, status, error, attempt }: Delivery,
): Html =>
  html`<tr>
    <td>${event}</td>
    <td><code>${id}</code> ${attempt > 1 ? `attempt ${attempt}` : ''}</td>
    <td>${status ?? error ?? 'under way'}</td>
    <td>${button(incoming, `${path}/redeliver`, 'Redeliver', { id })}</td>
  </tr>`;

export function webhooksPage(context: StandInContext, incoming: Incoming): Answer {
  const hooks = hooksOf(context, incoming);
  const repository = requireRepository(context, incoming, incoming.captures, 'REPO_ADMIN');
  const path = webhooksPath(repository);
  const sent = context.webhooks.deliveries.filter(({ webhookId }) =>
    hooks.some(({ id }) => id === webhookId),
  );
  return page(
    'Webhooks',
    html`${repositoryLinks(incoming, repository)}
      <table>
        <tr>
          <th>Name</th>
          <th>URL</th>
          <th>Events</th>
          <th>Action</th>
        </tr>
        ${hooks.map((hook) => hookItem(incoming, path, hook))}
      </table>
      <h2>Deliveries</h2>
      <table>
        <tr>
          <th>Event</th>
          <th>Delivery</th>
          <th>Answer</th>
          <th>Action</th>
        </tr>
        ${sent
          .slice(-50)
          .reverse()
          .map((delivery) => deliveryItem(incoming, path, delivery))}
      </table>`,
  );
}

export const testOnPage: FormHandler = async (context, incoming, _user, fields) => {
  const hook = hooksOf(context, incoming).find(({ id }) => String(id) === fields.get('id'));
  if (!hook) return restError(404, 'There is no such webhook.');
  await ping(context, hook);
  return redirect(incoming.base + webhooksPath(hook.repository));
};

export const redeliverOnPage: FormHandler = (context, incoming, _user, fields) => {
  const hooks = hooksOf(context, incoming);
  const sent = context.webhooks.deliveries.findLast(({ id }) => id === fields.get('id'));
  const hook = hooks.find(({ id }) => id === sent?.webhookId);
  if (!sent || !hook) return restError(404, 'There is no such delivery.');
  redeliver(context, hook, sent);
  return redirect(incoming.base + webhooksPath(hook.repository));
};
