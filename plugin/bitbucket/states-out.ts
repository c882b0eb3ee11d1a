/**
 * What the host calls when a build or a deployment has a new state. It is checked, made to fit and stored, and told to
 * Bitbucket later; whatever goes wrong is an event and a line in the log, never an error in a build.
 */
import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import type { PeerFetch } from '../consumer/link-client.js';
import type { Context } from '../context.js';
import { createSigningKeys, type SigningKeys } from '../store/signing-keys.js';
import type { OutboxEntry } from '../store/outbox.js';
import { signatureHeaders, type SignedFields } from './build-signature.js';
import {
  buildStatusMessage,
  buildStatusSchema,
  type BuildStatus,
  type CheckedBuildStatus,
} from './build-status.js';
import type { ReadCapabilities } from './capabilities.js';
import {
  deploymentMessage,
  deploymentSchema,
  type CheckedDeployment,
  type Deployment,
} from './deployment.js';
import type { Sending } from './outbox-sender.js';
import { sentence } from './sentence.js';

export interface StatesOut {
  /** True when it was stored to be told; never rejects. */
  postStatus: (status: BuildStatus) => Promise<boolean>;
  postDeployment: (deployment: Deployment) => Promise<boolean>;
  /** For the sender: what an entry says; undefined when it cannot be read. */
  read: (entry: OutboxEntry) => Sending | undefined;
  /** The public key that statuses are signed with: SubjectPublicKeyInfo (DER) in Base64, for an identity header. */
  publicKey: () => Promise<string>;
}

const tooLong = 'The address is longer than Bitbucket takes, and so is the short one, or there is none.';

export function createStatesOut(
  { store, events, sealer, config: { clock, logger, baseUrl } }: Context,
  capabilities: ReadCapabilities,
  wake: () => void,
): StatesOut {
  const keys = createSigningKeys(store.settings, sealer, clock);

  const put = async (
    kind: Sending['event'],
    slot: readonly (string | number)[],
    state: CheckedBuildStatus | CheckedDeployment,
  ): Promise<boolean> => {
    const nowMs = clock();
    const isStored = await store.outbox.put({
      ...{ id: randomUUID(), linkId: state.linkId, slot: JSON.stringify([kind, ...slot]), kind },
      ...{ document: JSON.stringify(state), revision: 0, attempts: 0 },
      ...{ dueAtMs: nowMs, queuedAtMs: nowMs, lastError: null },
    });
    if (!isStored) throw new Error('There is no such application link.');
    wake();
    return true;
  };

  const orFalse = async (
    event: Sending['event'],
    { linkId, commit, key, state }: Sending['about'],
    store: () => Promise<boolean>,
  ): Promise<boolean> => {
    try {
      return await store();
    } catch (error) {
      const reason = error instanceof z.ZodError ? z.prettifyError(error) : sentence(error);
      logger.error(
        { err: error, linkId, commit, key },
        'express-applinks: a state for Bitbucket was not kept',
      );
      events.emit(`${event}.given_up`, { linkId, commit, key, state, reason });
      return false;
    }
  };

  /** A failure costs the signature, not the status (C6). */
  const headersFor = async (linkId: string, fields: SignedFields): Promise<Record<string, string>> => {
    try {
      return signatureHeaders(baseUrl, (await keyOf(store, keys, linkId)).privateKey, fields);
    } catch (error) {
      logger.error({ err: error, linkId }, 'express-applinks: a build status was not signed');
      return {};
    }
  };

  const composeStatus = async (status: CheckedBuildStatus, fetch: PeerFetch) => {
    const message = buildStatusMessage(status, await capabilities(status.linkId, fetch));
    if (!message) return tooLong;
    const { path, body, isRich } = message;
    return { path, body, headers: isRich ? await headersFor(status.linkId, body) : {} };
  };
  const composeDeployment = async (deployment: CheckedDeployment, fetch: PeerFetch) => {
    const { deployments } = await capabilities(deployment.linkId, fetch);
    return deployments ? (deploymentMessage(deployment) ?? tooLong) : 'This server knows no deployments.';
  };

  return {
    postStatus: (status) =>
      orFalse('build_status', status, async () => {
        const checked = buildStatusSchema.parse(status);
        const { projectKey, repositorySlug, commit, key } = checked;
        const slot = [projectKey.toLowerCase(), repositorySlug.toLowerCase(), commit, key];
        return put('build_status', slot, checked);
      }),
    postDeployment: (deployment) =>
      orFalse('deployment', deployment, async () => {
        const checked = deploymentSchema.parse(deployment);
        const { projectKey, repositorySlug, commit, key, environment, sequenceNumber } = checked;
        const place = [projectKey.toLowerCase(), repositorySlug.toLowerCase(), commit];
        return put('deployment', [...place, key, environment.key, sequenceNumber], checked);
      }),
    read: ({ kind, document }) => {
      const isStatus = kind === 'build_status';
      const result = (isStatus ? buildStatusSchema : deploymentSchema).safeParse(JSON.parse(document));
      if (!result.success) return undefined;
      const { linkId, projectKey, repositorySlug, commit, key, state } = result.data;
      return {
        ...{ projectKey, repositorySlug, about: { linkId, commit, key, state } },
        event: isStatus ? 'build_status' : 'deployment',
        compose: (fetch) =>
          'environment' in result.data
            ? composeDeployment(result.data, fetch)
            : composeStatus(result.data, fetch),
      };
    },
    publicKey: async () => (await keys.current()).publicKey,
  };
}

/** The key that the peer holds of us, as the link says. */
async function keyOf({ links }: Context['store'], keys: SigningKeys, linkId: string) {
  const link = await links.get(linkId);
  const id = link?.outgoing.find(({ preferred }) => preferred)?.signingKeyId ?? null;
  return (id === null ? undefined : await keys.get(id)) ?? keys.current();
}
