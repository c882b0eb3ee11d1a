/**
 * Composition of the sub-path `express-applinks/bitbucket`: what a CI server or review tool needs of Bitbucket Data
 * Center, joined to one createApplinks(). Its routes are served by `applinks.router()`, its work is done by
 * `applinks.run()`; there is nothing else to mount.
 */
import type { PeerFetch } from '../consumer/link-client.js';
import type { Extensible, Extension, ExtensionKit } from '../extension.js';
import type { Delivery, DeliveryFilter } from '../store/deliveries.js';
import type { OutboxEntry } from '../store/outbox.js';
import type { Page } from '../store/outgoing.js';
import { createCapabilities, type ReadCapabilities } from './capabilities.js';
import { createInbox } from './inbox.js';
import { parseBitbucketOptions, type BitbucketConfig, type BitbucketOptions } from './options.js';
import { createOutboxSender } from './outbox-sender.js';
import { createStatesOut, type StatesOut } from './states-out.js';
import { webhookRoutes } from './webhook-endpoint.js';
import { createWebhookListeners, type WebhookListeners } from './webhook-listeners.js';
import { createWebhookRegistration, type WebhookRegistration } from './webhook-registration.js';
import { createWebhookSecrets } from './webhook-secrets.js';
import { createFindSender } from './webhook-sender.js';

export interface Bitbucket extends Pick<WebhookListeners, 'on' | 'onAny'>, Omit<StatesOut, 'read'> {
  webhooks: WebhookRegistration;
  /** What webhooks delivered; `{ state: 'dead' }` lists the dead letters. */
  deliveries: {
    list(filter: DeliveryFilter, page: Page): Promise<Delivery[]>;
    /** True when it was dead and is queued again. */
    replay(id: string): Promise<boolean>;
  };
  /** What Bitbucket is still to be told, oldest first. */
  outbox: { list(linkId: string | undefined, page: Page): Promise<OutboxEntry[]> };
  /** What the server of a link can do; asked with this credential, or that of the link's service user. */
  capabilities(linkId: string, fetch?: PeerFetch): ReturnType<ReadCapabilities>;
}

const intervalMs = 1000;

/** Once for each createApplinks(), before its `run()`. @throws ApplinksError `invalid_options` */
export function createBitbucket(applinks: Extensible, options: BitbucketOptions = {}): Bitbucket {
  const config = parseBitbucketOptions(options);
  return applinks.extend((kit) => compose(kit, config));
}

function compose(kit: ExtensionKit, config: BitbucketConfig): { extension: Extension; api: Bitbucket } {
  const { context, wake } = kit;
  const { store } = context;
  const secrets = createWebhookSecrets(context);
  const listeners = createWebhookListeners();
  const capabilities = createCapabilities(context, config.capabilitiesMs);
  const states = createStatesOut(context, capabilities, wake);
  const act = createInbox(context, config, listeners);
  const tell = createOutboxSender({
    ...{ context, giveUpAfterMs: config.statuses.giveUpAfterMs, read: states.read },
    credentialFor: async (target) =>
      config.credential ? config.credential(target) : kit.client(target.linkId).asService(),
  });
  const api: Bitbucket = {
    on: listeners.on,
    onAny: listeners.onAny,
    postStatus: states.postStatus,
    postDeployment: states.postDeployment,
    publicKey: states.publicKey,
    webhooks: createWebhookRegistration(context, config, secrets, capabilities),
    deliveries: {
      list: (filter, page) => store.deliveries.list(filter, page),
      replay: async (id) => {
        const isReplayed = await store.deliveries.replay(id, context.config.clock());
        if (isReplayed) wake();
        return isReplayed;
      },
    },
    outbox: { list: (linkId, page) => store.outbox.list(linkId, page) },
    capabilities: (linkId, fetch) => capabilities(linkId, fetch ?? kit.client(linkId).asService()),
  };
  const extension = {
    router: webhookRoutes(kit, config, createFindSender(context, secrets)),
    tick: async (signal: AbortSignal) => {
      await Promise.all([act(signal), tell(signal)]);
    },
    intervalMs,
  };
  return { extension, api };
}
