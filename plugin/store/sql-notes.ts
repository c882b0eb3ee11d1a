/** The latest observation of each kind about a link. */
import type { Database } from './schema.js';
import { falseWithoutParent } from './sql-parent.js';
import type { NoteStore } from './outgoing.js';

export function sqlNotes(db: Database): NoteStore {
  return {
    put: async ({ linkId: link_id, kind, document, atMs: at_ms }) => {
      await falseWithoutParent(async () => {
        await db
          .insertInto('applinks_notes')
          .values({ link_id, kind, document, at_ms })
          .onConflict((conflict) =>
            conflict
              .columns(['link_id', 'kind'])
              .doUpdateSet({ document, at_ms })
              .where('applinks_notes.at_ms', '<=', at_ms),
          )
          .execute();
        return true;
      });
    },
    list: async (linkId) => {
      const query = db.selectFrom('applinks_notes').selectAll().where('link_id', '=', linkId).orderBy('kind');
      return (await query.execute()).map(({ kind, document, at_ms }) => ({
        linkId,
        kind,
        document,
        atMs: Number(at_ms),
      }));
    },
  };
}
