/** Whose grant of which connection is meant, and one that has been opened. */
import type { Grant } from '../../store/outgoing.js';
import type { Connection, Link } from '../../store/store.js';
import type { GrantDocument } from './grant-document.js';
import type { OAuth2Peer } from './peer.js';

export interface GrantPlace {
  link: Link;
  connection: Connection;
  peer: OAuth2Peer;
  /** null: granted to the application itself. */
  userId: string | null;
}

export interface OpenOAuth2Grant {
  grant: Grant;
  document: GrantDocument;
}
