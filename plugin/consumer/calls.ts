/** What link-client.ts needs of a protocol: to make a call in a voice, and to know when that voice counts no more. */
import type { Connection, Link } from '../store/store.js';
import type { CallInit } from './prepared-call.js';
import type { TransportAnswer } from './transport.js';

export interface Target {
  link: Link;
  connection: Connection;
}

/** @throws CredentialsRequired, PeerRefused, PeerUnreachable, ApplinksError `invalid_input` */
export interface Calls {
  asUser(target: Target, userId: string, path: string, init?: CallInit): Promise<TransportAnswer>;
  /** @param requestor the user at the peer in whose name it is made (2LOi) */
  asApplication(
    target: Target,
    requestor: string | undefined,
    path: string,
    init?: CallInit,
  ): Promise<TransportAnswer>;
}
