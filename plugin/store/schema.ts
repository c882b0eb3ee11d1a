/**
 * The tables, the same in SQLite and PostgreSQL: text, and numbers of 53 bits at most; lists and records are JSON text.
 * PostgreSQL's driver returns 64-bit numbers as text, so numbers are read through `Number()`.
 */
import type { ColumnType, Kysely } from 'kysely';

/** Written as a number, read as the driver likes. */
type Num = ColumnType<number | string, number, number>;
type NullableNum = ColumnType<number | string | null, number | null, number | null>;

interface LinkTable {
  id: string;
  /** The link as JSON, see link-document.ts. */
  document: string;
  created_at_ms: Num;
  revision: Num;
  /** Keeps the peer's server id unique. */
  application_id: string | null;
}

/** One row per consumer or client of a link: keeps its key or client id unique, and is what tokens belong to. */
interface CredentialTable {
  id: string;
  link_id: string;
  consumer_key: string;
}

interface RequestTokenTable {
  digest: string;
  sealed_secret: string;
  link_id: string;
  credential_id: string;
  callback: string | null;
  /** null: undecided. */
  outcome: string | null;
  user_id: string | null;
  verifier_digest: string | null;
  scopes: string | null;
  wrong_verifiers: Num;
  created_at_ms: Num;
  expires_at_ms: Num;
}

interface AccessTokenTable {
  id: string;
  digest: string;
  sealed_secret: string;
  link_id: string;
  credential_id: string;
  user_id: string;
  scopes: string;
  created_at_ms: Num;
  expires_at_ms: Num;
  last_used_at_ms: NullableNum;
  session_handle_digest: string;
  session_expires_at_ms: Num;
}

interface CodeTable {
  digest: string;
  link_id: string;
  credential_id: string;
  user_id: string;
  redirect_uri: string;
  scopes: string;
  code_challenge: string | null;
  created_at_ms: Num;
  expires_at_ms: Num;
  /** null: not used. */
  authorization_id: string | null;
}

interface AuthorizationTable {
  id: string;
  link_id: string;
  credential_id: string;
  user_id: string | null;
  scopes: string;
  created_at_ms: Num;
  last_used_at_ms: NullableNum;
  expires_at_ms: Num;
  ends_at_ms: NullableNum;
}

/** One row per pair of access and refresh token. */
interface BearerTokenTable {
  access_digest: string;
  authorization_id: string;
  access_expires_at_ms: Num;
  scopes: string;
  refresh_digest: string | null;
  refresh_expires_at_ms: NullableNum;
  created_at_ms: Num;
  rotated_at_ms: NullableNum;
  sealed_successor: string | null;
  successor_until_ms: NullableNum;
}

/** One row per connection of a link: what grants and transactions belong to. */
interface ConnectionTable {
  id: string;
  link_id: string;
}

interface TransactionTable {
  digest: string;
  link_id: string;
  connection_id: string;
  user_id: string;
  browser_digest: string;
  sealed_document: string;
  created_at_ms: Num;
  expires_at_ms: Num;
}

interface GrantTable {
  id: string;
  link_id: string;
  connection_id: string;
  user_id: string | null;
  sealed_document: string;
  expires_at_ms: NullableNum;
  session_expires_at_ms: NullableNum;
  created_at_ms: Num;
  last_used_at_ms: NullableNum;
  renewal_until_ms: NullableNum;
  revision: Num;
}

interface NoteTable {
  link_id: string;
  kind: string;
  document: string;
  at_ms: Num;
}

interface WebhookTable {
  id: string;
  link_id: string;
  /** See placeOf(); '' for the plain address. */
  place: string;
  /** The webhook as JSON, see sql-webhooks.ts. */
  document: string;
  created_at_ms: Num;
  revision: Num;
}

interface DeliveryTable {
  id: string;
  webhook_id: string;
  link_id: string;
  request_id: string;
  event_key: string;
  order_key: string;
  payload: string;
  state: string;
  attempts: Num;
  due_at_ms: Num;
  received_at_ms: Num;
  last_error: string | null;
  expires_at_ms: NullableNum;
  /** The order in which deliveries were stored. */
  place: Num;
}

interface OutboxTable {
  id: string;
  link_id: string;
  slot: string;
  kind: string;
  document: string;
  revision: Num;
  attempts: Num;
  due_at_ms: Num;
  queued_at_ms: Num;
  last_error: string | null;
}

export interface Tables {
  applinks_migrations: { version: Num };
  applinks_settings: { name: string; value: string };
  applinks_links: LinkTable;
  applinks_credentials: CredentialTable;
  applinks_request_tokens: RequestTokenTable;
  applinks_access_tokens: AccessTokenTable;
  applinks_codes: CodeTable;
  applinks_authorizations: AuthorizationTable;
  applinks_bearer_tokens: BearerTokenTable;
  applinks_nonces: { key: string; expires_at_ms: Num };
  applinks_connections: ConnectionTable;
  applinks_transactions: TransactionTable;
  applinks_grants: GrantTable;
  applinks_notes: NoteTable;
  applinks_webhooks: WebhookTable;
  applinks_deliveries: DeliveryTable;
  applinks_outbox: OutboxTable;
}

export type Database = Kysely<Tables>;
