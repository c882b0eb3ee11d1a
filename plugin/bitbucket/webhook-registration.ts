/**
 * Keeps one webhook per repository at Bitbucket (jenkins-integration.md C2): made, reused, changed, and freed of its
 * doubles. A hook is ours when it has our name and our address, in either of its forms; all others are never touched. Its
 * secret is made and stored before Bitbucket hears of it, so that a crash between the two leaves nothing that cannot be
 * taken up again, and a second save writes nothing (JENKINS-76496).
 */
import { randomBytes, randomUUID } from 'node:crypto';
import type { PeerFetch } from '../consumer/link-client.js';
import type { Context } from '../context.js';
import { ApplinksError } from '../errors.js';
import { createOneAtATime } from '../http/one-at-a-time.js';
import { placeOf as placeKey, type RepositoryPlace, type Webhook } from '../store/webhooks.js';
import type { ReadCapabilities } from './capabilities.js';
import { withFirstAccepted } from './first-accepted.js';
import type { BitbucketConfig } from './options.js';
import {
  createRemoteWebhook,
  deleteRemoteWebhook,
  listRemoteWebhooks,
  updateRemoteWebhook,
  type RemoteWebhook,
} from './remote-webhooks.js';
import { webhookPath } from './webhook-endpoint.js';
import type { WebhookSecrets } from './webhook-secrets.js';
import { eventsFor, withUnknownEvents, type WebhookWish } from './webhook-wishes.js';

export interface WebhookTarget extends RepositoryPlace {
  linkId: string;
}

export interface WebhookRegistration {
  /**
   * Sees to the webhook that all jobs of this repository together need; without any wish there is none. Tries the
   * credentials in turn, the next one when Bitbucket refuses one (401, 403).
   * @returns undefined when nothing is wanted @throws PeerRefused, PeerUnreachable, CredentialsRequired
   */
  register(
    target: WebhookTarget,
    wish: WebhookWish,
    credentials: readonly PeerFetch[],
  ): Promise<Webhook | undefined>;
  /** For the last job of a repository. @throws as register() */
  unregister(target: WebhookTarget, credentials: readonly PeerFetch[]): Promise<void>;
  /** Gives the hook a new secret; the former one counts for a while. @throws as register() */
  rotateSecret(target: WebhookTarget, credentials: readonly PeerFetch[]): Promise<Webhook>;
  /** Takes deliveries at the plain address too, signed by any of these: for a hook that was set up by hand. None: no more. */
  acceptPlain(linkId: string, secrets: readonly string[]): Promise<void>;
  list(linkId?: string): Promise<Webhook[]>;
}

const nameSetting = 'webhook_name';
const mostName = 200;

export function createWebhookRegistration(
  { store, config: { baseUrl, application, clock }, events }: Context,
  { webhooks: { formerSecretMs } }: BitbucketConfig,
  secrets: WebhookSecrets,
  capabilities: ReadCapabilities,
): WebhookRegistration {
  const plainAddress = baseUrl + webhookPath;
  const oneAtATime = createOneAtATime();

  /** Made once and kept: Bitbucket's administrators read it, and by it we know our hooks again. */
  const ownName = (): Promise<string> =>
    store.settings.putIfAbsent(
      nameSetting,
      `${application.name.slice(0, mostName)} ${randomBytes(8).toString('hex')}`,
    );

  const newWebhook = async (linkId: string, repository: RepositoryPlace | null): Promise<Webhook> => {
    const owner = { id: randomUUID(), linkId };
    const made = {
      ...{ ...owner, repository, name: await ownName(), remoteId: null, events: [] },
      ...{ secrets: [secrets.seal(owner, secrets.make())] },
      ...{ createdAtMs: clock(), updatedAtMs: clock(), revision: 0 },
    };
    if (await store.webhooks.create(made)) return made;
    // Another process made it at this moment, or the link is gone.
    const other = await store.webhooks.find(linkId, repository);
    if (other) return other;
    throw new ApplinksError('not_found', 404, 'There is no such application link.');
  };

  const change = async (webhook: Webhook, changes: Partial<Webhook>): Promise<Webhook> => {
    const next = { ...webhook, ...changes, updatedAtMs: clock() };
    if (await store.webhooks.update(next)) return { ...next, revision: webhook.revision + 1 };
    throw new ApplinksError('conflict', 409, 'Somebody else changes this webhook. Try again.');
  };

  const isOurs = ({ name, url }: RemoteWebhook, ownName: string): boolean => {
    const address = url.replace(/\/$/, '');
    return name === ownName && (address === plainAddress || /^\/[\w-]+$/.test(restOf(address)));
  };
  const restOf = (address: string): string =>
    address.startsWith(plainAddress) ? address.slice(plainAddress.length) : '';

  const ownHooks = async (fetch: PeerFetch, target: WebhookTarget, name: string): Promise<RemoteWebhook[]> =>
    (await listRemoteWebhooks(fetch, target)).filter((hook) => isOurs(hook, name));

  const write = async (fetch: PeerFetch, target: WebhookTarget, webhook: Webhook, wanted: string[]) => {
    const candidates = await ownHooks(fetch, target, webhook.name);
    const url = `${plainAddress}/${webhook.id}`;
    const present =
      candidates.find(({ id }) => id === webhook.remoteId) ??
      candidates.find((hook) => hook.url === url) ??
      candidates[0];
    const next = withUnknownEvents(wanted, present?.events ?? []);
    const isGood =
      present?.id === webhook.remoteId &&
      present.url === url &&
      present.active &&
      sameMembers(present.events, next);
    const [secret] = secrets.open(webhook);
    const fields = {
      ...{ name: webhook.name, url, active: true, events: next },
      ...(present?.sslVerificationRequired === undefined
        ? {}
        : { sslVerificationRequired: present.sslVerificationRequired }),
      configuration: { ...present?.configuration, createdBy: application.name, secret },
    };
    const written = isGood
      ? present
      : present
        ? await updateRemoteWebhook(fetch, target, present.id, fields)
        : await createRemoteWebhook(fetch, target, fields);
    for (const { id } of candidates) if (id !== present?.id) await deleteRemoteWebhook(fetch, target, id);
    return { remoteId: written.id, events: next, isGood };
  };

  const placeOf = ({ projectKey, repositorySlug }: WebhookTarget): RepositoryPlace => ({
    projectKey,
    repositorySlug,
  });

  const unregister: WebhookRegistration['unregister'] = async (target, credentials) => {
    const webhook = await store.webhooks.find(target.linkId, placeOf(target));
    const name = webhook?.name ?? (await ownName());
    await withFirstAccepted(credentials, async (fetch) => {
      for (const { id } of await ownHooks(fetch, target, name)) await deleteRemoteWebhook(fetch, target, id);
    });
    if (webhook && (await store.webhooks.remove(webhook.id)))
      events.emit('webhook.removed', { linkId: target.linkId, webhookId: webhook.id });
  };

  const register: WebhookRegistration['register'] = async (target, wish, credentials) => {
    if (wish.refs !== true && wish.pullRequests !== true) {
      await unregister(target, credentials);
      return undefined;
    }
    const { linkId } = target;
    const webhook =
      (await store.webhooks.find(linkId, placeOf(target))) ?? (await newWebhook(linkId, placeOf(target)));
    const {
      remoteId,
      events: held,
      isGood,
    } = await withFirstAccepted(credentials, async (fetch) =>
      write(fetch, target, webhook, eventsFor(wish, await capabilities(linkId, fetch))),
    );
    if (isGood && sameMembers(webhook.events, held)) return webhook;
    const registered = await change(webhook, { remoteId, events: held });
    events.emit('webhook.registered', { linkId, webhookId: webhook.id });
    return registered;
  };

  const rotateSecret: WebhookRegistration['rotateSecret'] = async (target, credentials) => {
    const webhook = await store.webhooks.find(target.linkId, placeOf(target));
    if (!webhook) throw new ApplinksError('not_found', 404, 'This repository has no webhook.');
    const untilMs = clock() + formerSecretMs;
    const former = webhook.secrets
      .filter((secret) => secret.untilMs === null || secret.untilMs > clock())
      .map((secret) => ({ ...secret, untilMs: secret.untilMs ?? untilMs }));
    const fresh = secrets.seal(webhook, secrets.make());
    // Without its id at the server, the hook counts as one that has not got our secret yet.
    const rotated = await change(webhook, { secrets: [fresh, ...former], remoteId: null });
    const { remoteId, events: held } = await withFirstAccepted(credentials, (fetch) =>
      write(fetch, target, rotated, rotated.events),
    );
    return change(rotated, { remoteId, events: held });
  };

  /** Jobs of one repository are often saved together. */
  const inTurn = <T>(target: WebhookTarget, work: () => Promise<T>): Promise<T> =>
    oneAtATime(JSON.stringify([target.linkId, placeKey(placeOf(target))]), work);

  return {
    register: (target, ...rest) => inTurn(target, () => register(target, ...rest)),
    unregister: (target, ...rest) => inTurn(target, () => unregister(target, ...rest)),
    rotateSecret: (target, ...rest) => inTurn(target, () => rotateSecret(target, ...rest)),
    acceptPlain: async (linkId, values) => {
      const present = await store.webhooks.find(linkId, null);
      if (values.length === 0) {
        if (present) await store.webhooks.remove(present.id);
        return;
      }
      const webhook = present ?? (await newWebhook(linkId, null));
      await change(webhook, { secrets: values.map((value) => secrets.seal(webhook, value)) });
    },
    list: (linkId) => store.webhooks.list(linkId),
  };
}

const sameMembers = (a: readonly string[], b: readonly string[]): boolean =>
  a.length === new Set(b).size && a.every((member) => b.includes(member));
