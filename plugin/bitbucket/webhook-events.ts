/**
 * What Bitbucket's webhooks say (jenkins-integration.md C3). The events that a CI server acts on are checked field by
 * field; any other keeps to the envelope. Unknown fields stay, since servers of other versions send more; of what is
 * known, `links` and `actor` may be absent, since older ones send less.
 */
import { z } from 'zod';

const name = z.string().min(1).max(255);
const refId = z.string().min(1).max(4096);
const commitId = z.string().regex(/^[0-9a-f]{40}(?:[0-9a-f]{24})?$/i, 'must be a commit id');

const actor = z.looseObject({ name: z.string(), displayName: z.string().optional() });

/** A repository without an address of its own has `null` among its links. */
const links = z.looseObject({
  self: z.array(z.looseObject({ href: z.string() }).nullable()).optional(),
  clone: z.array(z.looseObject({ href: z.string(), name: z.string() })).optional(),
});

const repository = z.looseObject({
  slug: name,
  id: z.int().optional(),
  name: z.string().optional(),
  project: z.looseObject({ key: name, name: z.string().optional() }),
  links: links.optional(),
});

const change = z.looseObject({
  ref: z.looseObject({ id: refId, displayId: z.string().optional(), type: z.string().optional() }),
  refId,
  fromHash: commitId,
  toHash: commitId,
  type: z.enum(['ADD', 'UPDATE', 'DELETE']),
});

const pullRequestRef = z.looseObject({
  id: refId,
  displayId: z.string().optional(),
  latestCommit: commitId,
  repository,
});

const pullRequest = z.looseObject({
  id: z.int(),
  title: z.string().optional(),
  state: z.string().optional(),
  fromRef: pullRequestRef,
  toRef: pullRequestRef,
});

const envelope = z.looseObject({
  eventKey: z.string(),
  date: z.string(),
  actor: actor.optional(),
  repository: repository.optional(),
  pullRequest: pullRequest.optional(),
});

const refsChanged = envelope.extend({ repository, changes: z.array(change) });
const pullRequestChanged = envelope.extend({ pullRequest });

const schemas = {
  'repo:refs_changed': refsChanged,
  'mirror:repo_synchronized': refsChanged.extend({
    mirrorServer: z.looseObject({ id: z.string(), name: z.string() }),
    syncType: z.string(),
    refLimitExceeded: z.boolean().optional(),
  }),
  'pr:opened': pullRequestChanged,
  'pr:from_ref_updated': pullRequestChanged.extend({ previousFromHash: commitId.optional() }),
  'pr:merged': pullRequestChanged,
  'pr:declined': pullRequestChanged,
  'pr:deleted': pullRequestChanged,
} as const;

export type WebhookEvents = { [K in keyof typeof schemas]: z.output<(typeof schemas)[K]> };
export type WebhookEventKey = keyof WebhookEvents;
export type WebhookEnvelope = z.output<typeof envelope>;
export type WebhookRepository = z.output<typeof repository>;
export type WebhookPullRequest = z.output<typeof pullRequest>;
export type RefChange = z.output<typeof change>;

export const webhookSchemas: { readonly [K in WebhookEventKey]: z.ZodType<WebhookEvents[K]> } = schemas;

/** @throws ZodError, SyntaxError when the text is not what the event promises. */
export function readWebhook(eventKey: string, text: string): WebhookEnvelope {
  const known = Object.entries<z.ZodType<WebhookEnvelope>>(schemas).find(([key]) => key === eventKey);
  return (known?.[1] ?? envelope).parse(JSON.parse(text));
}

/** The repository that an event is about; of a pull request the one that it is to be merged into. */
export const repositoryOf = ({ repository, pullRequest }: WebhookEnvelope): WebhookRepository | undefined =>
  repository ?? pullRequest?.toRef.repository;
