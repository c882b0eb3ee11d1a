/** A step of the schema: what webhooks, their deliveries and the outbox need. See migrations.ts. */
import { sql } from 'kysely';
import { createIndexes } from './create-indexes.js';
import type { Database } from './schema.js';

export async function createBitbucketTables(db: Database): Promise<void> {
  const { schema } = db;
  await schema
    .createTable('applinks_webhooks')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('link_id', 'text', (column) =>
      column.notNull().references('applinks_links.id').onDelete('cascade'),
    )
    .addColumn('place', 'text', (column) => column.notNull())
    .addColumn('document', 'text', (column) => column.notNull())
    .addColumn('created_at_ms', 'bigint', (column) => column.notNull())
    .addColumn('revision', 'bigint', (column) => column.notNull())
    .addUniqueConstraint('applinks_webhooks_link_place', ['link_id', 'place'])
    .execute();
  await schema
    .createTable('applinks_deliveries')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('webhook_id', 'text', (column) =>
      column.notNull().references('applinks_webhooks.id').onDelete('cascade'),
    )
    .addColumn('link_id', 'text', (column) => column.notNull())
    .addColumn('request_id', 'text', (column) => column.notNull())
    .addColumn('event_key', 'text', (column) => column.notNull())
    .addColumn('order_key', 'text', (column) => column.notNull())
    .addColumn('payload', 'text', (column) => column.notNull())
    .addColumn('state', 'text', (column) => column.notNull())
    .addColumn('attempts', 'integer', (column) => column.notNull())
    .addColumn('due_at_ms', 'bigint', (column) => column.notNull())
    .addColumn('received_at_ms', 'bigint', (column) => column.notNull())
    .addColumn('last_error', 'text')
    .addColumn('expires_at_ms', 'bigint')
    .addColumn('place', 'bigint', (column) => column.notNull())
    .addUniqueConstraint('applinks_deliveries_request', ['webhook_id', 'request_id'])
    .execute();
  await schema
    .createTable('applinks_outbox')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('link_id', 'text', (column) =>
      column.notNull().references('applinks_links.id').onDelete('cascade'),
    )
    .addColumn('slot', 'text', (column) => column.notNull())
    .addColumn('kind', 'text', (column) => column.notNull())
    .addColumn('document', 'text', (column) => column.notNull())
    .addColumn('revision', 'bigint', (column) => column.notNull())
    .addColumn('attempts', 'integer', (column) => column.notNull())
    .addColumn('due_at_ms', 'bigint', (column) => column.notNull())
    .addColumn('queued_at_ms', 'bigint', (column) => column.notNull())
    .addColumn('last_error', 'text')
    .addUniqueConstraint('applinks_outbox_slot', ['link_id', 'slot'])
    .execute();
  // Of the inbox only what waits is looked through, however much has been done.
  await sql`create index applinks_deliveries_queue on applinks_deliveries (order_key, place) where state = 'queued'`.execute(
    db,
  );
  await createIndexes(db, [
    ['applinks_webhooks', 'place'],
    ['applinks_deliveries', 'place'],
    ['applinks_deliveries', 'expires_at_ms'],
    ['applinks_outbox', 'due_at_ms'],
  ]);
}
