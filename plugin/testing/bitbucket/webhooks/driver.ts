/** Webhooks as a test looks at them, holds them back and repeats them. */
import type { StandInContext } from '../context.js';
import { locateRepository } from '../repositories/locate.js';
import { redeliver } from './deliver.js';
import type { WebhookSwitches } from './memory.js';
import { publish } from './publish.js';
import { readWebhook } from './read-webhook.js';
import { ping } from './rest.js';
import type { Delivery, Webhook } from './webhook.js';

export interface WebhooksDriver {
  /** Change them at any time. */
  readonly switches: WebhookSwitches;
  /** Of one repository (`SHOP/widget`), or of all. */
  list(repository?: string): readonly Readonly<Webhook>[];
  /** As a person does on the settings page. */
  register(
    repository: string,
    fields: { name: string; url: string; events: readonly string[]; secret?: string; active?: boolean },
  ): Readonly<Webhook>;
  remove(id: number): void;
  /** Everything that was sent, oldest first, tests of the connection included. */
  readonly deliveries: readonly Readonly<Delivery>[];
  ping(id: number): Promise<Readonly<Delivery>>;
  /** Sends an event of the test's own making. */
  publish(repository: string, event: string, payload: Readonly<Record<string, unknown>>): void;
  /** Again, with the same `X-Request-Id` and body, signed with the secret of now. */
  redeliver(delivery: Readonly<Delivery>): void;
  /** From now on nothing is sent. */
  hold(): void;
  /** Sends what was held back, in order or the last first, and everything from now on. */
  release(order?: 'in-order' | 'reversed'): void;
  /** When everything that was sent has been answered, or given up. */
  settled(): Promise<void>;
}

export function createWebhooksDriver(context: StandInContext): WebhooksDriver {
  const { webhooks } = context;
  const hookOf = (id: number): Webhook => {
    const hook = webhooks.hooks.find((known) => known.id === id);
    if (!hook) throw new Error(`The stand-in has no webhook ${id}.`);
    return hook;
  };

  return {
    switches: webhooks.switches,
    list: (name) => {
      const repository = name === undefined ? undefined : locateRepository(context, name);
      return webhooks.hooks.filter((hook) => !repository || hook.repository === repository);
    },
    register: (name, { secret, ...fields }) => {
      const repository = locateRepository(context, name);
      const configuration = secret === undefined ? {} : { secret };
      const now = context.now();
      webhooks.lastId += 1;
      const hook: Webhook = {
        ...{ id: webhooks.lastId, repository },
        ...readWebhook(context.capabilitySwitches, JSON.stringify({ ...fields, configuration })),
        ...{ createdDate: now, updatedDate: now },
      };
      webhooks.hooks.push(hook);
      return hook;
    },
    remove: (id) => void webhooks.hooks.splice(webhooks.hooks.indexOf(hookOf(id)), 1),
    deliveries: webhooks.deliveries,
    ping: (id) => ping(context, hookOf(id)),
    publish: (name, event, payload) => publish(context, locateRepository(context, name), event, payload),
    redeliver: (delivery) => redeliver(context, hookOf(delivery.webhookId), delivery),
    hold: () => void (webhooks.held ??= []),
    release: (order = 'in-order') => {
      const held = webhooks.held ?? [];
      webhooks.held = undefined;
      for (const start of order === 'reversed' ? held.reverse() : held) start();
    },
    settled: async () => {
      while (webhooks.underWay.size > 0) await Promise.all(webhooks.underWay);
    },
  };
}
