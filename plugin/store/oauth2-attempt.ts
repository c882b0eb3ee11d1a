/**
 * The latest try of a peer to get tokens from us over OAuth 2.0, stage by stage, for the administrator who sees nothing of
 * it at the peer but one sentence (oauth2.md 1.6; 5.1 step 6, 5.4 step 5). Names of parameters only, never a value: what
 * newer peers send is not known in advance (8.2 row 1). Kept as the note `oauth2_attempt` of the link.
 */
import { z } from 'zod';
import type { Note } from './outgoing.js';

export const attemptNoteKind = 'oauth2_attempt';

export const attemptStages = ['authorize', 'login', 'consent', 'code', 'token', 'refresh'] as const;
export type AttemptStage = (typeof attemptStages)[number];

const attemptSchema = z.object({
  clientId: z.string(),
  /** Reached, in order. */
  stages: z.array(z.object({ stage: z.enum(attemptStages), atMs: z.number() })),
  parameters: z.object({ authorize: z.array(z.string()), token: z.array(z.string()) }),
  /** Paths that were called with a token, the latest last; not each call is noted. */
  calls: z.array(z.string()).optional(),
  /** What the peer or its user was told. */
  failure: z.object({ stage: z.enum(attemptStages), error: z.string(), description: z.string() }).nullable(),
});

export type OAuth2Attempt = z.output<typeof attemptSchema>;

/** What does not fit is as if it were not there. */
export function readAttempt(notes: readonly Note[]): OAuth2Attempt | undefined {
  const note = notes.find(({ kind }) => kind === attemptNoteKind);
  return note && attemptSchema.safeParse(JSON.parse(note.document)).data;
}
