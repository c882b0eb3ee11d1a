/** Webhooks, as JSON beside the columns that keep them unique. */
import { z } from 'zod';
import type { Database } from './schema.js';
import { falseWithoutParent } from './sql-parent.js';
import { placeOf, type Webhook, type WebhookStore } from './webhooks.js';

const webhookSchema: z.ZodType<Omit<Webhook, 'revision'>> = z.object({
  id: z.string(),
  linkId: z.string(),
  repository: z.object({ projectKey: z.string(), repositorySlug: z.string() }).nullable(),
  name: z.string(),
  remoteId: z.number().nullable(),
  events: z.array(z.string()),
  secrets: z.array(z.object({ sealed: z.string(), untilMs: z.number().nullable() })),
  createdAtMs: z.number(),
  updatedAtMs: z.number(),
});

export function sqlWebhooks(db: Database): WebhookStore {
  const select = () => db.selectFrom('applinks_webhooks').selectAll().orderBy('created_at_ms').orderBy('id');
  return {
    create: (webhook) =>
      falseWithoutParent(async () => {
        const { numInsertedOrUpdatedRows } = await db
          .insertInto('applinks_webhooks')
          .values({
            id: webhook.id,
            link_id: webhook.linkId,
            place: placeOf(webhook.repository),
            document: JSON.stringify(webhook),
            created_at_ms: webhook.createdAtMs,
            revision: webhook.revision,
          })
          .onConflict((conflict) => conflict.columns(['link_id', 'place']).doNothing())
          .executeTakeFirst();
        return numInsertedOrUpdatedRows === 1n;
      }),
    get: async (id) => {
      const row = await select().where('id', '=', id).executeTakeFirst();
      return row && fromRow(row);
    },
    find: async (linkId, repository) => {
      const query = select().where('link_id', '=', linkId).where('place', '=', placeOf(repository));
      const row = await query.executeTakeFirst();
      return row && fromRow(row);
    },
    list: async (linkId) => {
      const query = linkId === undefined ? select() : select().where('link_id', '=', linkId);
      return (await query.execute()).map(fromRow);
    },
    listPlain: async () => (await select().where('place', '=', '').execute()).map(fromRow),
    update: (webhook) =>
      db.transaction().execute(async (transaction) => {
        const { numUpdatedRows } = await transaction
          .updateTable('applinks_webhooks')
          .set({ revision: webhook.revision + 1 })
          .where('id', '=', webhook.id)
          .where('revision', '=', webhook.revision)
          .executeTakeFirst();
        if (numUpdatedRows !== 1n) return false;
        const { linkId, repository } = fromRow(
          await transaction
            .selectFrom('applinks_webhooks')
            .select(['document', 'revision'])
            .where('id', '=', webhook.id)
            .executeTakeFirstOrThrow(),
        );
        await transaction
          .updateTable('applinks_webhooks')
          .set({ document: JSON.stringify({ ...webhook, linkId, repository }) })
          .where('id', '=', webhook.id)
          .execute();
        return true;
      }),
    remove: async (id) => {
      const { numDeletedRows } = await db
        .deleteFrom('applinks_webhooks')
        .where('id', '=', id)
        .executeTakeFirst();
      return numDeletedRows === 1n;
    },
  };
}

function fromRow({ document, revision }: { document: string; revision: number | string }): Webhook {
  return { ...webhookSchema.parse(JSON.parse(document)), revision: Number(revision) };
}
