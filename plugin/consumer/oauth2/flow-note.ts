/**
 * The latest authorisation that was begun at a peer, and how it ended (oauth2.md part 7, row 21): a wrong redirect URI or
 * client ID shows itself on the peer's own error page only, so all that we see is that nobody came back.
 */
import { z } from 'zod';
import type { Context } from '../../context.js';
import type { Connection, Link } from '../../store/store.js';
import { transactionLifetimeMs } from '../transactions.js';

const noteSchema = z.object({
  connectionId: z.string(),
  userId: z.string(),
  state: z.enum(['begun', 'finished', 'refused']),
  /** For the administrator, when it was refused. */
  message: z.string().nullable(),
});

export type FlowNote = z.output<typeof noteSchema> & { atMs: number };

/** `under_way`: may still come back; `never_returned`: it won't any more. */
export type FlowState = 'under_way' | 'never_returned' | 'finished' | 'refused';

const kind = 'oauth2_authorization';

export async function noteFlow(
  { store, config }: Pick<Context, 'store' | 'config'>,
  link: Link,
  connection: Connection,
  userId: string,
  state: FlowNote['state'],
  message: string | null = null,
): Promise<void> {
  const document = JSON.stringify({ connectionId: connection.id, userId, state, message });
  await store.notes.put({ linkId: link.id, kind, document, atMs: config.clock() });
}

export async function latestFlow(
  { store, config }: Pick<Context, 'store' | 'config'>,
  linkId: string,
  connectionId: string,
): Promise<(FlowNote & { outcome: FlowState }) | undefined> {
  const note = (await store.notes.list(linkId)).find((one) => one.kind === kind);
  const read = note && noteSchema.safeParse(JSON.parse(note.document)).data;
  if (!note || read?.connectionId !== connectionId) return undefined;
  const isLate = config.clock() - note.atMs > transactionLifetimeMs;
  const outcome = read.state === 'begun' ? (isLate ? 'never_returned' : 'under_way') : read.state;
  return { ...read, atMs: note.atMs, outcome };
}
