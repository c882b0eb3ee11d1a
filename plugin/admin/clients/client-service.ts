/**
 * Clients of OAuth 2.0 as an administrator, JSON or the host's own code registers them: what is the peer's outgoing link
 * there (oauth2.md 2.8, 5.4). Client id and secret are made here and the secret is told once; what users have authorised
 * stays through every change, and dies with the client. What somebody with an old secret would try: to go on using it;
 * so a rotation ends it when its overlap is over, and a second rotation ends it at once.
 */
import { randomBytes, randomUUID } from 'node:crypto';
import type { Context } from '../../context.js';
import { InvalidInput } from '../../errors.js';
import { digest } from '../../store/digest.js';
import type { ClientSecret, OAuth2Client } from '../../store/oauth2-client.js';
import type { Link } from '../../store/store.js';
import { notFound, type ChangeLink } from '../link-change.js';
import { readInput } from '../link-input.js';
import { emitEnded } from '../revoked-event.js';
import { createClientSchemas, type ClientFields, type IsRedirectUri } from './client-input.js';

export interface SavedClient {
  link: Link;
  client: OAuth2Client;
  /** Made now, and never shown again. */
  secret: string | undefined;
}

/** Input is checked, so it may be anything; `by` is the acting user's id, null for the host's own code. */
export interface ClientService {
  /** @param input ClientInput @throws InvalidInput, ApplinksError `not_found`, `conflict` */
  add(linkId: string, input: unknown, by?: string | null): Promise<SavedClient>;
  /** @param input ClientChange @throws InvalidInput, ApplinksError `not_found`, `conflict` */
  change(linkId: string, id: string, input: unknown, by?: string | null): Promise<SavedClient>;
  /** A new secret; the former one stays valid for `overlapMs`, by default one day. @throws InvalidInput for a public client */
  rotateSecret(linkId: string, id: string, input: unknown, by?: string | null): Promise<SavedClient>;
  /** What users have authorised dies with it. @throws ApplinksError `not_found`, `conflict` */
  remove(linkId: string, id: string, by?: string | null): Promise<Link>;
}

/** More than one client has; what dies is listed once, for the events. */
const everything = { limit: 100_000, offset: 0 };

export function createClientService(
  { store, config, events }: Context,
  changeLink: ChangeLink,
  isRedirectUri: IsRedirectUri,
): ClientService {
  const schemas = createClientSchemas(config, isRedirectUri);

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
    add: async (linkId, input, by = null) => {
      const fields = readInput(schemas.client, input);
      requireUsable(fields);
      const secret = fields.type === 'public' ? undefined : newSecret();
      const client: OAuth2Client = {
        id: randomUUID(),
        clientId: randomBytes(16).toString('hex'),
        secrets: secret === undefined ? [] : [{ digest: digest(secret), expiresAtMs: null }],
        ...fields,
        createdAtMs: config.clock(),
      };
      const link = await changeLink(
        linkId,
        (current) => ({ ...current, clients: [...current.clients, client] }),
        by,
      );
      return { link, client, secret };
    },
    change: async (linkId, id, input, by = null) => {
      const fields = readInput(schemas.clientChange, input);
      const apply = (client: OAuth2Client): OAuth2Client => {
        if (client.type === 'public' && fields.type !== undefined)
          throw new InvalidInput({ type: ['A client stays public or confidential.'] });
        const changed = { ...client, ...definedOnly(fields) };
        requireUsable(changed);
        return changed;
      };
      return { ...(await replace(linkId, id, apply, by)), secret: undefined };
    },
    rotateSecret: async (linkId, id, input, by = null) => {
      const { overlapMs } = readInput(schemas.rotation, input);
      const secret = newSecret();
      const apply = (client: OAuth2Client): OAuth2Client => {
        if (client.type === 'public') throw new InvalidInput({ input: ['A public client has no secret.'] });
        return { ...client, secrets: rotated(client.secrets, digest(secret), config.clock() + overlapMs) };
      };
      return { ...(await replace(linkId, id, apply, by)), secret };
    },
    remove: async (linkId, id, by = null) => {
      const ended = await store.authorizations.list({ credentialId: id }, everything);
      const link = await changeLink(
        linkId,
        (current) => {
          const gone = clientOf(current, id);
          return { ...current, clients: current.clients.filter((client) => client !== gone) };
        },
        by,
      );
      emitEnded(events, ended, by);
      return link;
    },
  };
}

/** The new one, and the one that was valid until now for as long as both sides need to change over. */
function rotated(secrets: readonly ClientSecret[], digest: string, untilMs: number): ClientSecret[] {
  const former = secrets.find(({ expiresAtMs }) => expiresAtMs === null);
  return [{ digest, expiresAtMs: null }, ...(former ? [{ ...former, expiresAtMs: untilMs }] : [])];
}

/** 64 hexadecimal digits, as Data Center products make them: no form refuses them (oauth2.md 2.8). */
const newSecret = (): string => randomBytes(32).toString('hex');

function requireUsable({ type, redirectUris, allowClientCredentials }: ClientFields): void {
  if (type === 'public' && allowClientCredentials)
    throw new InvalidInput({
      allowClientCredentials: ['A public client has no secret, so it cannot have tokens of its own.'],
    });
  if (redirectUris.length === 0 && !allowClientCredentials)
    throw new InvalidInput({ redirectUris: ['Enter at least one redirect URI; a placeholder will do.'] });
}

function clientOf({ clients }: Link, id: string): OAuth2Client {
  return clients.find((client) => client.id === id) ?? notFound('client');
}

function definedOnly<T extends object>(changes: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  const given = Object.entries(changes).filter(([, value]) => value !== undefined);
  return Object.fromEntries(given) as { [K in keyof T]?: Exclude<T[K], undefined> };
}
