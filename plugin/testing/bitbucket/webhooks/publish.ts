/** An event, told to every active hook of the repository that asked for it. */
import type { StandInContext } from '../context.js';
import type { Repository } from '../repositories/repository.js';
import { enqueue, newDelivery } from './deliver.js';

/** Numeric offset without a colon (jenkins-integration.md C3). */
const dateOf = (ms: number): string => new Date(ms).toISOString().replace(/\.\d+Z$/, '+0000');

const withoutLinksAndActor = (name: string, value: unknown): unknown =>
  name === 'links' || name === 'actor' ? undefined : value;

export function publish(
  context: StandInContext,
  repository: Repository,
  event: string,
  payload: Readonly<Record<string, unknown>>,
): void {
  const { hooks, switches } = context.webhooks;
  const told = { eventKey: event, date: dateOf(context.now()), ...payload };
  const body = JSON.stringify(told, switches.omitsLinksAndActor ? withoutLinksAndActor : undefined);
  for (const hook of hooks) {
    const isMeant = hook.repository === repository && hook.active && hook.events.includes(event);
    if (isMeant) enqueue(context, newDelivery(context, hook, event, body));
  }
}
