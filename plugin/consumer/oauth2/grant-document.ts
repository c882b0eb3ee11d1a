/** What is kept of an OAuth 2.0 grant, sealed: tokens, what they allow, whose they are, and why a renewal waits. */
import { z } from 'zod';

const pair = z.object({ accessToken: z.string(), refreshToken: z.string().nullable() });

const pauseSchema = z.object({
  /** `credentials`: until an administrator changes the connection; `temporary`: until `untilMs`. */
  reason: z.enum(['credentials', 'temporary']),
  untilMs: z.number(),
  failures: z.number(),
  /** Mark of the connection whose credentials were refused. */
  connection: z.string(),
  status: z.number(),
  problem: z.string().optional(),
  message: z.string(),
});

export type Pause = z.output<typeof pauseSchema>;

export const grantDocumentSchema = pair.extend({
  /** The pair before this one, until the next success. */
  previous: pair.nullable(),
  scopes: z.array(z.string()),
  identity: z.object({ name: z.string(), displayName: z.string() }).nullable(),
  /** Whose account was connected before, if it was another one. */
  formerIdentity: z.string().nullable(),
  /** Site in Atlassian's cloud. */
  cloudId: z.string().nullable(),
  /** Mark of client and server that issued it. */
  client: z.string(),
  obtainedAtMs: z.number(),
  pause: pauseSchema.nullable(),
});

export type GrantDocument = z.output<typeof grantDocumentSchema>;
