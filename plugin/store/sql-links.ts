/** Links: one document each, and a row per credential that keeps its key unique over all links. */
import { ApplinksError } from '../errors.js';
import { readLinkDocument, writeLinkDocument } from './link-document.js';
import type { Database } from './schema.js';
import { credentialsOf } from './link-credentials.js';
import { linkExists } from './link-exists.js';
import { isApplicationIdViolation, isConsumerKeyViolation } from './sql-dialect.js';
import type { OAuth2Client } from './oauth2-client.js';
import type { Credential, Link, LinkStore } from './store.js';

export function sqlLinks(db: Database): LinkStore {
  return {
    list: async () => {
      const query = db.selectFrom('applinks_links').select('document').orderBy('created_at_ms').orderBy('id');
      return (await query.execute()).map(({ document }) => readLinkDocument(document));
    },
    get: async (id) => {
      const row = await selectLink(db, id).executeTakeFirst();
      return row && readLinkDocument(row.document);
    },
    findByConsumerKey: async (key) => {
      const row = await selectLinkOfConsumer(db, key).executeTakeFirst();
      return row && toConsumer(readLinkDocument(row.document), key);
    },
    findByClientId: async (clientId) => {
      const row = await selectLinkOfConsumer(db, clientId).executeTakeFirst();
      return row && toClient(readLinkDocument(row.document), clientId);
    },
    create: (link) =>
      refuseTakenKeys(() =>
        db.transaction().execute(async (transaction) => {
          const { id, createdAtMs: created_at_ms, revision, applicationId: application_id } = link;
          const row = { id, document: writeLinkDocument(link), created_at_ms, revision, application_id };
          await transaction.insertInto('applinks_links').values(row).execute();
          await putCredentials(transaction, link);
          await putConnections(transaction, link);
        }),
      ),
    update: (link) =>
      refuseTakenKeys(() =>
        db.transaction().execute(async (transaction) => {
          const next = { ...link, revision: link.revision + 1 };
          const { numUpdatedRows } = await transaction
            .updateTable('applinks_links')
            .set({
              document: writeLinkDocument(next),
              revision: next.revision,
              application_id: next.applicationId,
            })
            .where('id', '=', link.id)
            .where('revision', '=', link.revision)
            .executeTakeFirst();
          if (numUpdatedRows !== 1n) return false;
          await dropCredentials(transaction, link);
          await putCredentials(transaction, link);
          await dropConnections(transaction, link);
          await putConnections(transaction, link);
          return true;
        }),
      ),
    remove: async (id) => {
      const { numDeletedRows } = await db
        .deleteFrom('applinks_links')
        .where('id', '=', id)
        .executeTakeFirst();
      return numDeletedRows === 1n;
    },
  };
}

export function selectLink(db: Database, id: string) {
  return db.selectFrom('applinks_links').select('document').where('id', '=', id);
}

export function selectLinkOfConsumer(db: Database, key: string) {
  return db
    .selectFrom('applinks_credentials')
    .innerJoin('applinks_links', 'applinks_links.id', 'applinks_credentials.link_id')
    .select('document')
    .where('consumer_key', '=', key);
}

export function toConsumer(link: Link, key: string): { link: Link; credential: Credential } | undefined {
  const credential = link.incoming.find((candidate) => candidate.key === key);
  return credential && { link, credential };
}

function toClient(link: Link, clientId: string): { link: Link; client: OAuth2Client } | undefined {
  const client = link.clients.find((candidate) => candidate.clientId === clientId);
  return client && { link, client };
}

/** Deleting the row of a credential deletes its tokens with it. */
async function dropCredentials(db: Database, link: Link): Promise<void> {
  const kept = credentialsOf(link).map(({ id }) => id);
  await db
    .deleteFrom('applinks_credentials')
    .where('link_id', '=', link.id)
    .$if(kept.length > 0, (query) => query.where('id', 'not in', kept))
    .execute();
}

/**
 * Rows of this link only are written, so that no link can take over a credential of another one. Keys may change places
 * within the link: they are parked first, behind a line feed, which no key has, for keys are printable.
 */
async function putCredentials(db: Database, link: Link): Promise<void> {
  const { id: link_id } = link;
  const wanted = credentialsOf(link);
  const credentials = db.selectFrom('applinks_credentials').select(['id', 'consumer_key']);
  const stored = await credentials.where('link_id', '=', link_id).execute();
  const keys = new Map(stored.map(({ id, consumer_key }) => [id, consumer_key]));
  const renamed = wanted.filter(({ id, key }) => keys.has(id) && keys.get(id) !== key);
  for (const { id } of renamed) await setKey(db, id, `\n${id}`);
  for (const { id, key } of renamed) await setKey(db, id, key);
  for (const { id, key: consumer_key } of wanted.filter((credential) => !keys.has(credential.id))) {
    await db.insertInto('applinks_credentials').values({ id, link_id, consumer_key }).execute();
  }
}

/** Deleting the row of a connection deletes its grants and transactions with it. */
async function dropConnections(db: Database, { id, outgoing }: Link): Promise<void> {
  const kept = outgoing.map((connection) => connection.id);
  await db
    .deleteFrom('applinks_connections')
    .where('link_id', '=', id)
    .$if(kept.length > 0, (query) => query.where('id', 'not in', kept))
    .execute();
}

async function putConnections(db: Database, { id: link_id, outgoing }: Link): Promise<void> {
  const stored = await db
    .selectFrom('applinks_connections')
    .select('id')
    .where('link_id', '=', link_id)
    .execute();
  const known = new Set(stored.map(({ id }) => id));
  for (const { id } of outgoing.filter((connection) => !known.has(connection.id))) {
    await db.insertInto('applinks_connections').values({ id, link_id }).execute();
  }
}

async function setKey(db: Database, id: string, consumer_key: string): Promise<void> {
  await db.updateTable('applinks_credentials').set({ consumer_key }).where('id', '=', id).execute();
}

async function refuseTakenKeys<T>(write: () => Promise<T>): Promise<T> {
  try {
    return await write();
  } catch (error) {
    if (isApplicationIdViolation(error)) throw linkExists(error);
    if (!isConsumerKeyViolation(error)) throw error;
    throw new ApplinksError('consumer_key_taken', 409, 'This consumer key belongs to another link already.', {
      cause: error,
    });
  }
}
