/**
 * Application links as an administrator, JSON or the host's own code makes and changes them. Two administrators may
 * change the same link at once: each change is made on what is there, and nothing is overwritten unseen.
 */
import { randomUUID } from 'node:crypto';
import type { Context } from '../context.js';
import { ApplinksError, InvalidInput } from '../errors.js';
import type { Credential, Link } from '../store/store.js';
import type { AccessToken } from '../store/tokens.js';
import type { ClientFactory } from './clients/client-factory.js';
import { createCredentialFactory, type MadeCredential, type ParsePublicKey } from './credential-factory.js';
import { notFound, type ChangeLink } from './link-change.js';
import { createLinkSchemas, readInput, withClient } from './link-input.js';
import { emitRevoked } from './revoked-event.js';

export interface SavedLink {
  link: Link;
  /** By id of consumer or client: secrets that were made or given now, and are never shown again. */
  secrets: Record<string, string>;
  warnings: string[];
}

/** Input is checked, so it may be anything; `by` is the acting user's id, null for the host's own code. */
export interface LinkService {
  list(): Promise<Link[]>;
  /** @throws ApplinksError `not_found` */
  get(id: string): Promise<Link>;
  /** @param input LinkInput @throws InvalidInput */
  create(input: unknown, by?: string | null): Promise<SavedLink>;
  /** @param input LinkChange @throws InvalidInput, ApplinksError `not_found`, `conflict` */
  update(id: string, input: unknown, by?: string | null): Promise<SavedLink>;
  /** Its tokens die with it. @throws ApplinksError `not_found` */
  remove(id: string, by?: string | null): Promise<void>;
  /** @param input CredentialInput */
  addCredential(linkId: string, input: unknown, by?: string | null): Promise<SavedLink>;
  /** @param input CredentialChange; a new secret or public key takes the place of the old one. */
  updateCredential(
    linkId: string,
    credentialId: string,
    input: unknown,
    by?: string | null,
  ): Promise<SavedLink>;
  /** Its tokens die with it. */
  removeCredential(linkId: string, credentialId: string, by?: string | null): Promise<SavedLink>;
}

interface Change {
  link: Link;
  made?: MadeCredential;
}

/** More tokens than one link has; what dies is listed once, for the events. */
const everyToken = { limit: 100_000, offset: 0 };

export function createLinkService(
  context: Context,
  changeLink: ChangeLink,
  parsePublicKey: ParsePublicKey,
  clients: ClientFactory,
): LinkService {
  const { store, config, events } = context;
  const schemas = createLinkSchemas(config);
  const newLinkSchema = withClient(schemas.link, clients.schemas);
  const factory = createCredentialFactory(context, parsePublicKey);

  const get = async (id: string): Promise<Link> => (await store.links.get(id)) ?? notFound('link');

  const saved = (link: Link, made?: MadeCredential): SavedLink => ({
    link,
    secrets: made?.secret === undefined ? {} : { [made.credential.id]: made.secret },
    warnings: made?.warnings ?? [],
  });

  const change = async (id: string, apply: (link: Link) => Change, by: string | null): Promise<SavedLink> => {
    let made: MadeCredential | undefined;
    const applied = (current: Link): Link => {
      const result = apply(current);
      made = result.made;
      return result.link;
    };
    const link = await refuseTakenKey(() => changeLink(id, applied, by), 'key');
    return saved(link, made);
  };

  const endTokens = async (filter: { linkId: string } | { credentialId: string }): Promise<AccessToken[]> =>
    store.accessTokens.list(filter, everyToken);

  return {
    list: () => store.links.list(),
    get,
    create: async (input, by = null) => {
      const { credential, client, ...fields } = readInput(newLinkSchema, input);
      const id = randomUUID();
      const made = credential && prefixed(() => factory.make(id, credential), 'credential.');
      const madeClient = client && prefixed(() => clients.make(client), 'client.');
      const isFirst = (await store.links.list()).every(({ type }) => type !== fields.type);
      const own = { ...fields, primary: isFirst };
      const link = {
        ...newLink(id, own, made ? [made.credential] : [], config.clock()),
        clients: madeClient ? [madeClient.client] : [],
      };
      await refuseTakenKey(() => store.links.create(link), 'credential.key');
      events.emit('link.created', { linkId: id, by });
      const { secrets, ...result } = saved(link, made);
      const clientSecrets =
        madeClient?.secret === undefined ? {} : { [madeClient.client.id]: madeClient.secret };
      return { ...result, secrets: { ...secrets, ...clientSecrets } };
    },
    update: async (id, input, by = null) => {
      const { name, displayUrl, rpcUrl } = readInput(schemas.linkChange, input);
      const apply = (link: Link): Change => ({
        link: {
          ...link,
          name: name ?? link.name,
          displayUrl: displayUrl === undefined ? link.displayUrl : displayUrl,
          rpcUrl: rpcUrl === undefined ? link.rpcUrl : rpcUrl,
        },
      });
      return change(id, apply, by);
    },
    remove: async (id, by = null) => {
      const ended = [
        ...(await endTokens({ linkId: id })),
        ...(await store.authorizations.list({ linkId: id }, everyToken)),
      ];
      if (!(await store.links.remove(id))) notFound('link');
      events.emit('link.removed', { linkId: id, by });
      emitRevoked(events, ended, by);
    },
    addCredential: async (linkId, input, by = null) => {
      const fields = readInput(schemas.credential, input);
      const apply = (link: Link): Change => {
        const made = factory.make(linkId, fields);
        return { link: { ...link, incoming: [...link.incoming, made.credential] }, made };
      };
      return change(linkId, apply, by);
    },
    updateCredential: async (linkId, credentialId, input, by = null) => {
      const fields = readInput(schemas.credentialChange, input);
      const apply = (link: Link): Change => {
        const made = factory.change(linkId, credentialOf(link, credentialId), fields);
        const incoming = link.incoming.map((old) => (old.id === credentialId ? made.credential : old));
        return { link: { ...link, incoming }, made };
      };
      return change(linkId, apply, by);
    },
    removeCredential: async (linkId, credentialId, by = null) => {
      const ended = await endTokens({ credentialId });
      const apply = (link: Link): Change => {
        const gone = credentialOf(link, credentialId);
        return { link: { ...link, incoming: link.incoming.filter((credential) => credential !== gone) } };
      };
      const result = await change(linkId, apply, by);
      emitRevoked(events, ended, by);
      return result;
    },
  };
}

export function newLink(
  id: string,
  fields: Pick<Link, 'name' | 'type' | 'displayUrl' | 'rpcUrl' | 'primary'>,
  incoming: Credential[],
  nowMs: number,
): Link {
  return {
    id,
    applicationId: null,
    remoteLinkId: null,
    ...fields,
    version: null,
    state: 'active',
    levels: { threeLegged: true, twoLegged: false, executingUserId: null, impersonation: false },
    serviceUserId: null,
    incoming,
    clients: [],
    outgoing: [],
    createdAtMs: nowMs,
    updatedAtMs: nowMs,
    revision: 0,
  };
}

function credentialOf(link: Link, id: string): Credential {
  return link.incoming.find((credential) => credential.id === id) ?? notFound('consumer');
}

async function refuseTakenKey<T>(write: () => Promise<T>, field: string): Promise<T> {
  try {
    return await write();
  } catch (error) {
    if (!(error instanceof ApplinksError) || error.code !== 'consumer_key_taken') throw error;
    throw new InvalidInput({ [field]: ['Another consumer has this key already. Choose another one.'] });
  }
}

/** Names the fields of a nested input by their path. */
function prefixed<T>(run: () => T, prefix: string): T {
  try {
    return run();
  } catch (error) {
    if (!(error instanceof InvalidInput)) throw error;
    const fields = Object.entries(error.fields).map(
      ([field, sentences]) => [prefix + field, sentences] as const,
    );
    throw new InvalidInput(Object.fromEntries(fields));
  }
}
