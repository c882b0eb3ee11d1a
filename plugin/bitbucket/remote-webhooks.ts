/** The webhooks of a repository at Bitbucket: the four calls of jenkins-integration.md C2. */
import { z } from 'zod';
import type { PeerFetch } from '../consumer/link-client.js';
import { PeerRefused, PeerUnreachable } from '../errors.js';
import type { RepositoryPlace } from '../store/webhooks.js';
import { callJson, excerptOf, jsonCall, repositoryPath } from './rest.js';

const hookSchema = z.looseObject({
  id: z.int(),
  name: z.string().default(''),
  url: z.string().default(''),
  active: z.boolean().default(true),
  events: z.array(z.string()).default([]),
  configuration: z.record(z.string(), z.unknown()).default({}),
  sslVerificationRequired: z.boolean().optional(),
});

export type RemoteWebhook = z.output<typeof hookSchema>;
export type RemoteWebhookFields = Pick<
  RemoteWebhook,
  'name' | 'url' | 'active' | 'events' | 'configuration'
> &
  Partial<Pick<RemoteWebhook, 'sslVerificationRequired'>>;

const pageSchema = z.looseObject({
  values: z.array(hookSchema),
  isLastPage: z.boolean().default(true),
  nextPageStart: z.int().nullish(),
});
const mostPages = 100;

export async function listRemoteWebhooks(
  fetch: PeerFetch,
  repository: RepositoryPlace,
): Promise<RemoteWebhook[]> {
  const found: RemoteWebhook[] = [];
  let start = 0;
  for (let count = 0; count < mostPages; count += 1) {
    const path = repositoryPath(repository, `webhooks?start=${start}&limit=100`);
    const { values, isLastPage, nextPageStart } = await callJson(fetch, path, pageSchema);
    found.push(...values);
    if (isLastPage || nextPageStart == null || nextPageStart <= start) return found;
    start = nextPageStart;
  }
  throw new PeerUnreachable(
    'bad_answer',
    `Bitbucket lists more than ${mostPages} pages of webhooks. Remove those that are not needed in the settings of the repository.`,
  );
}

export const createRemoteWebhook = (
  fetch: PeerFetch,
  repository: RepositoryPlace,
  body: RemoteWebhookFields,
): Promise<RemoteWebhook> =>
  callJson(fetch, repositoryPath(repository, 'webhooks'), hookSchema, { method: 'POST', body });

export const updateRemoteWebhook = (
  fetch: PeerFetch,
  repository: RepositoryPlace,
  id: number,
  body: RemoteWebhookFields,
): Promise<RemoteWebhook> =>
  callJson(fetch, repositoryPath(repository, `webhooks/${id}`), hookSchema, { method: 'PUT', body });

/** One that is gone already is fine. */
export async function deleteRemoteWebhook(
  fetch: PeerFetch,
  repository: RepositoryPlace,
  id: number,
): Promise<void> {
  const answer = await fetch(repositoryPath(repository, `webhooks/${id}`), jsonCall('DELETE'));
  if (answer.ok || answer.status === 404) return;
  throw new PeerRefused({ status: answer.status, excerpt: excerptOf(await answer.text()) });
}
