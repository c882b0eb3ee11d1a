/**
 * Clients of OAuth 2.0 as an administrator, JSON or the host's own code registers them: what is the peer's outgoing link
 * there (oauth2.md 2.8, 5.4). Client id and secret are made here and the secret is told once; what users have authorised
 * stays through every change, and dies with the client. What somebody with an old secret would try: to go on using it;
 * so a rotation ends it when its overlap is over, and a second rotation ends it at once.
 */
import type { Context } from '../../context.js';
import { InvalidInput } from '../../errors.js';
import { digest } from '../../store/digest.js';
import type { ClientSecret, OAuth2Client } from '../../store/oauth2-client.js';
import type { Link } from '../../store/store.js';
import { notFound, type ChangeLink } from '../link-change.js';
import { readInput } from '../link-input.js';
import { emitRevoked } from '../revoked-event.js';
import { newSecret, requireUsable, type ClientFactory } from './client-factory.js';

export interface SavedClient {
  link: Link;
  client: OAuth2Client;
  /** Made now, and never shown again. */
  secret: string | undefined;
}

/** Input is checked, so it may be anything; `by` is the acting user's id, null for the host's own code. */
export interface ClientService {
  /** @param input ClientInput @throws InvalidInput, ApplinksError `not_found`, `conflict` */
  addClient(linkId: string, input: unknown, by?: string | null): Promise<SavedClient>;
  /**
   * Keeps client id, secret and tokens; new redirect URIs cancel authorisations under way.
   * @param input ClientChange @throws InvalidInput, ApplinksError `not_found`, `conflict`
   */
  changeClient(linkId: string, id: string, input: unknown, by?: string | null): Promise<SavedClient>;
  /**
   * A new secret; the former one stays valid for `overlapMs`, by default one day.
   * @param input SecretRotation @throws InvalidInput for a public client, too
   */
  rotateClientSecret(linkId: string, id: string, input?: unknown, by?: string | null): Promise<SavedClient>;
  /** What users have authorised dies with it. @throws ApplinksError `not_found`, `conflict` */
  removeClient(linkId: string, id: string, by?: string | null): Promise<Link>;
}

/** More than one client has; what dies is listed once, for the events. */
const everything = { limit: 100_000, offset: 0 };

export function createClientService(
  { store, config, events }: Context,
  changeLink: ChangeLink,
  { schemas, make }: ClientFactory,
): ClientService {
  const replace = async (
    linkId: string,
    id: string,
    apply: (client: OAuth2Client) => OAuth2Client,
    by: string | null,
  ): Promise<{ link: Link; client: OAuth2Client }> => {
    const link = await changeLink(
      linkId,
      (current) => {
        const changed = apply(clientOf(current, id));
        return {
          ...current,
          clients: current.clients.map((client) => (client.id === id ? changed : client)),
        };
      },
      by,
    );
    return { link, client: clientOf(link, id) };
  };

  return {
    addClient: async (linkId, input, by = null) => {
      const made = make(readInput(schemas.client, input));
      const link = await changeLink(
        linkId,
        (current) => ({ ...current, clients: [...current.clients, made.client] }),
        by,
      );
      return { link, ...made };
    },
    changeClient: async (linkId, id, input, by = null) => {
      const fields = readInput(schemas.clientChange, input);
      const apply = (client: OAuth2Client): OAuth2Client => {
        if (client.type === 'public' && fields.type !== undefined)
          throw new InvalidInput({ type: ['A client stays public or confidential.'] });
        const changed = { ...client, ...definedOnly(fields) };
        requireUsable(changed);
        return changed;
      };
      const saved = await replace(linkId, id, apply, by);
      // Where a code was sent to need not be an address of the client any more.
      if (fields.redirectUris !== undefined) await store.codes.remove({ credentialId: id });
      return { ...saved, secret: undefined };
    },
    rotateClientSecret: async (linkId, id, input = {}, by = null) => {
      const { overlapMs } = readInput(schemas.rotation, input);
      const secret = newSecret();
      const apply = (client: OAuth2Client): OAuth2Client => {
        if (client.type === 'public') throw new InvalidInput({ input: ['A public client has no secret.'] });
        return { ...client, secrets: rotated(client.secrets, digest(secret), config.clock() + overlapMs) };
      };
      return { ...(await replace(linkId, id, apply, by)), secret };
    },
    removeClient: async (linkId, id, by = null) => {
      const ended = await store.authorizations.list({ credentialId: id }, everything);
      const link = await changeLink(
        linkId,
        (current) => {
          const gone = clientOf(current, id);
          return { ...current, clients: current.clients.filter((client) => client !== gone) };
        },
        by,
      );
      emitRevoked(events, ended, by);
      return link;
    },
  };
}

/** The new one, and the one that was valid until now for as long as both sides need to change over. */
function rotated(secrets: readonly ClientSecret[], digest: string, untilMs: number): ClientSecret[] {
  const former = secrets.find(({ expiresAtMs }) => expiresAtMs === null);
  return [{ digest, expiresAtMs: null }, ...(former ? [{ ...former, expiresAtMs: untilMs }] : [])];
}

/** @throws ApplinksError `not_found` */
export function clientOf({ clients }: Link, id: string): OAuth2Client {
  return clients.find((client) => client.id === id) ?? notFound('client');
}

function definedOnly<T extends object>(changes: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  const given = Object.entries(changes).filter(([, value]) => value !== undefined);
  return Object.fromEntries(given) as { [K in keyof T]?: Exclude<T[K], undefined> };
}
