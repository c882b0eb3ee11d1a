/**
 * The test of a link by button (by JSON: rest-status.ts), and what was last seen of it: the result of the last test, and why its last
 * incoming signature was refused. Notes were written by us, but a store is not believed: what does not fit is left out.
 */
import { z } from 'zod';
import type { Context } from '../context.js';
import type { HostUser } from '../host.js';
import type { Endpoint } from '../http/handler.js';
import type { Link } from '../store/store.js';
import type { LinkService } from './link-service.js';
import type { PageAccess } from './page-access.js';
import { seeOther } from './page-access.js';

const status = z.object({
  working: z.boolean(),
  category: z.string(),
  type: z.string(),
  cause: z.string(),
  cure: z.string(),
  answer: z.string().nullable(),
  connectUrl: z.string().nullable(),
  hints: z.array(z.string()),
  checkedAtMs: z.number(),
});
const rejection = z.object({
  method: z.string(),
  url: z.string(),
  parameters: z.array(z.string()),
  signedUrl: z.string().nullable(),
});

const failure = z.object({ problem: z.string(), message: z.string() });

export type SeenStatus = z.output<typeof status>;

/** consumer/diagnosis.ts, handed in. */
export type Diagnose = (link: Link, user?: HostUser) => Promise<SeenStatus>;

export interface SeenOfLink {
  status: SeenStatus | undefined;
  rejection: (z.output<typeof rejection> & { atMs: number }) | undefined;
  /** Why our last call that failed did so. */
  failure: (z.output<typeof failure> & { atMs: number }) | undefined;
}

export async function seenOf({ store }: Pick<Context, 'store'>, linkId: string): Promise<SeenOfLink> {
  const notes = new Map((await store.notes.list(linkId)).map((note) => [note.kind, note]));
  const read = <T extends z.ZodType>(schema: T, kind: string): z.output<T> | undefined => {
    const note = notes.get(kind);
    return note && schema.safeParse(JSON.parse(note.document)).data;
  };
  const atMs = (kind: string): number => notes.get(kind)?.atMs ?? 0;
  const [rejected, failed] = [read(rejection, 'incoming_rejected'), read(failure, 'outgoing_failed')];
  return {
    status: read(status, 'status'),
    rejection: rejected && { ...rejected, atMs: atMs('incoming_rejected') },
    failure: failed && { ...failed, atMs: atMs('outgoing_failed') },
  };
}

export interface StatusDependencies {
  context: Context;
  links: LinkService;
  diagnose: Diagnose;
}

export const testPurpose = (linkId: string): string => `test link ${linkId}`;

export function testLink({
  access,
  links,
  diagnose,
  context,
}: StatusDependencies & { access: PageAccess }): Endpoint {
  return access.form(
    'administrator',
    ({ param }) => testPurpose(param('id')),
    async ({ res, user, param }) => {
      const link = await links.get(param('id'));
      await diagnose(link, user);
      seeOther(context, res, `/applinks/admin/links/${encodeURIComponent(link.id)}#status`);
    },
  );
}
