/** The options of createBitbucket(), with their defaults; what is dangerous says so (rule 10). */
import { z } from 'zod';
import type { PeerFetch } from '../consumer/link-client.js';
import { readOptions } from '../option-problems.js';
import type { RepositoryPlace } from '../store/webhooks.js';

const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;
const day = 24 * hour;

/** In whose name a status of this repository is sent; by default the link's service user. */
export type Credential = (target: RepositoryPlace & { linkId: string }) => PeerFetch | Promise<PeerFetch>;

const optionsSchema = z.strictObject({
  credential: z.custom<Credential>((value) => typeof value === 'function', 'must be a function').optional(),
  /** Take deliveries without a signature: whoever knows the address of a hook can then start what it starts. */
  allowInsecureUnsignedWebhooks: z.boolean().default(false),
  webhooks: z
    .strictObject({
      mostBytes: z
        .int()
        .min(1024)
        .max(64 * 1024 * 1024)
        .default(5 * 1024 * 1024),
      /** A listener that takes longer has failed. */
      listenerTimeoutMs: z
        .int()
        .min(100)
        .max(hour)
        .default(30 * second),
      /** Then a delivery is dead, until an administrator replays it. */
      mostAttempts: z.int().min(1).max(100).default(10),
      /** How long a repeat of what is done is recognised. */
      rememberMs: z
        .int()
        .min(minute)
        .default(7 * day),
      keepDeadMs: z
        .int()
        .min(minute)
        .default(30 * day),
      /** How long the former secret of a hook counts after a rotation. */
      formerSecretMs: z.int().min(0).default(day),
    })
    .prefault({}),
  statuses: z
    .strictObject({
      /** A state that could not be told for so long is given up. */
      giveUpAfterMs: z.int().min(minute).default(day),
    })
    .prefault({}),
  /** How long a server's capability documents count. */
  capabilitiesMs: z.int().min(0).default(hour),
});

export type BitbucketOptions = z.input<typeof optionsSchema>;
export type BitbucketConfig = z.output<typeof optionsSchema>;

/** @throws ApplinksError `invalid_options` */
export const parseBitbucketOptions = (options: BitbucketOptions): BitbucketConfig =>
  readOptions('createBitbucket()', optionsSchema, options);
