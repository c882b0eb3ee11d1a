/**
 * What linking does to a link: find the one of a peer, make it, set what is trusted in each direction, end it
 * (applinks-oauth1.md 1.4, 3.1, 3.3, 9.1). A consumer key that belongs to another link is never taken over, and a
 * changed public key of the same link waits for an administrator: else whoever can answer for the peer's host once
 * could sign in everybody's name from then on.
 */
import { randomUUID } from 'node:crypto';
import type { Context } from '../../context.js';
import { ApplinksError } from '../../errors.js';
import { urlDerivedId } from '../../server-id.js';
import type { Connection, IncomingLevels, Link, OutgoingLevels, RsaCredential } from '../../store/store.js';
import { newLink } from '../link-service.js';
import type { ChangeLink } from '../link-change.js';
import type { PeerDescription } from './peer-description.js';
import { isAt } from './known-address.js';

/** What a peer's consumer info says (part 4). */
export interface PeerConsumer {
  key: string;
  name: string;
  /** SubjectPublicKeyInfo (DER) in Base64. */
  publicKey: string;
  /** Of the RSA modulus. */
  bits: number;
}

export interface IncomingFlags {
  /** Default: on, since trusting a key is what switches it on. */
  threeLegged?: boolean;
  twoLegged: boolean;
  impersonation: boolean;
}

export type FoundPeer = PeerDescription & { version?: string | null };

export interface PeerLinks {
  /**
   * By the peer's server id, or by the id that follows from one of the link's URLs; else the link that was typed by hand
   * with the address at which the peer was reached. What a peer says of its own address finds nothing.
   */
  find(peerId: string, address?: string): Promise<Link | undefined>;
  /** @throws ApplinksError `link_exists`, `conflict` */
  create(peer: FoundPeer, by: string): Promise<Link>;
  /** A link that was typed by hand becomes the one of this peer; what was typed stays, with credentials and tokens. */
  adopt(link: Link, peer: FoundPeer, by: string): Promise<Link>;
  /** Name, display URL and version of a known peer. */
  describe(linkId: string, peer: Pick<PeerDescription, 'name' | 'displayUrl'>, by: string): Promise<Link>;
  /** The peer may call us with this key. @throws ApplinksError `consumer_key_taken`, `consumer_key_changed` (409) */
  trust(linkId: string, consumer: PeerConsumer, flags: IncomingFlags, by: string): Promise<Link>;
  /** Levels of the incoming direction; all off ends its fetched consumers and their tokens. */
  setIncoming(linkId: string, levels: Omit<IncomingLevels, 'executingUserId'>, by: string): Promise<Link>;
  /** Levels of the outgoing direction, signed by our RSA key; all off ends the connection and its grants. */
  setOutgoing(linkId: string, levels: OutgoingLevels, by: string): Promise<Link>;
}

const noLevels: OutgoingLevels = { threeLegged: false, twoLegged: false, impersonation: false };

export function createPeerLinks(context: Context, change: ChangeLink): PeerLinks {
  const { store, config, events } = context;

  const credentialOf = (consumer: PeerConsumer): RsaCredential => ({
    id: randomUUID(),
    kind: 'oauth1-rsa',
    signatureMethod: 'RSA-SHA1',
    key: consumer.key,
    publicKey: consumer.publicKey,
    offeredPublicKey: null,
    source: 'consumer-info',
    callbackUrl: null,
    allowInsecureMissingCallback: false,
    scopes: null,
    requestTokenLifetimeMs: config.lifetimes.requestTokenMs,
    accessTokenLifetimeMs: config.lifetimes.accessTokenMs,
    idleTimeoutMs: null,
    createdAtMs: config.clock(),
  });

  const withConsumer = (link: Link, consumer: PeerConsumer): Link => {
    const known = link.incoming.find(({ key }) => key === consumer.key);
    if (!known) {
      requireFirstFetched(link, consumer);
      return { ...link, incoming: [...link.incoming, credentialOf(consumer)] };
    }
    if (known.kind !== 'oauth1-rsa')
      throw new ApplinksError(
        'conflict',
        409,
        `The consumer ${consumer.key} of this link signs with a shared secret.`,
      );
    if (known.publicKey === consumer.publicKey) return link;
    events.emit('consumer_key.offered', { linkId: link.id, credentialId: known.id });
    const changed = { ...known, offeredPublicKey: consumer.publicKey };
    return { ...link, incoming: link.incoming.map((other) => (other === known ? changed : other)) };
  };

  return {
    find: async (peerId, address) => {
      const wanted = peerId.toLowerCase();
      const links = await store.links.list();
      return (
        links.find(({ applicationId }) => applicationId === wanted) ??
        links.find(({ rpcUrl, displayUrl }) =>
          [rpcUrl, displayUrl].some((url) => url !== null && urlDerivedId(url) === wanted),
        ) ??
        links.find((link) => link.applicationId === null && address !== undefined && isAt(link, address))
      );
    },
    adopt: async (link, { id, typeId, rpcUrl, displayUrl, version }, by) => {
      if (link.applicationId !== null) return link;
      const hasPrimary = (await store.links.list()).some(
        (other) => other.id !== link.id && other.type === typeId && other.primary,
      );
      return change(
        link.id,
        (current) => ({
          ...current,
          applicationId: current.applicationId ?? id,
          rpcUrl: current.rpcUrl ?? rpcUrl,
          displayUrl: current.displayUrl ?? displayUrl,
          type: typeId,
          primary: !hasPrimary,
          version: version ?? current.version,
        }),
        by,
      );
    },
    create: async ({ id, typeId, name, rpcUrl, displayUrl, version = null }, by) => {
      const links = await store.links.list();
      const primary = links.every(({ type }) => type !== typeId);
      const link: Link = {
        ...newLink(
          randomUUID(),
          { name: freeName(name, links), type: typeId, rpcUrl, displayUrl, primary },
          [],
          config.clock(),
        ),
        applicationId: id,
        version,
        levels: { threeLegged: false, twoLegged: false, impersonation: false, executingUserId: null },
      };
      await store.links.create(link);
      events.emit('link.created', { linkId: link.id, by });
      return link;
    },
    describe: (linkId, { name, displayUrl }, by) =>
      change(linkId, (link) => ({ ...link, name, displayUrl }), by),
    trust: async (linkId, consumer, flags, by) => {
      try {
        return await change(
          linkId,
          (link) => ({
            ...withConsumer(link, consumer),
            levels: {
              ...link.levels,
              threeLegged: flags.threeLegged ?? true,
              twoLegged: flags.twoLegged || flags.impersonation,
              impersonation: flags.impersonation && config.allowImpersonation,
            },
          }),
          by,
        );
      } catch (error) {
        if (
          error instanceof ApplinksError &&
          ['consumer_key_taken', 'consumer_key_changed'].includes(error.code)
        )
          events.emit('consumer_key.refused', { linkId, consumerKey: consumer.key });
        throw error;
      }
    },
    setIncoming: (linkId, levels, by) =>
      change(
        linkId,
        (link) => ({
          ...link,
          levels: { ...link.levels, ...levels },
          incoming: levels.threeLegged
            ? link.incoming
            : link.incoming.filter(({ source }) => source !== 'consumer-info'),
        }),
        by,
      ),
    setOutgoing: (linkId, levels, by) =>
      change(
        linkId,
        (link) => {
          const others = link.outgoing.filter(({ kind }) => kind !== 'oauth1-atlassian');
          if (!levels.threeLegged) return { ...link, outgoing: others };
          const known = link.outgoing.find(({ kind }) => kind === 'oauth1-atlassian');
          const connection = known
            ? { ...known, levels }
            : atlassianConnection(levels, others, config.clock());
          return { ...link, outgoing: [connection, ...others] };
        },
        by,
      ),
  };
}

/** Else a new name would do for the new key what a changed key must not: be believed without being asked about. */
function requireFirstFetched({ name, incoming }: Link, { key }: PeerConsumer): void {
  const fetched = incoming.find(({ source }) => source === 'consumer-info');
  if (!fetched) return;
  throw new ApplinksError(
    'consumer_key_changed',
    409,
    `${name} was linked with the consumer key ${fetched.key} and now shows ${key}. If that is right, switch off the incoming direction of this link first, then on again.`,
  );
}

/** As Atlassian does: a name in use gets ` - 2`, ` - 3` (1.2). */
function freeName(wanted: string, links: readonly Link[]): string {
  const taken = new Set(links.map(({ name }) => name));
  for (let number = 1; ; number += 1) {
    const name = number === 1 ? wanted : `${wanted} - ${number}`;
    if (!taken.has(name)) return name;
  }
}

function atlassianConnection(
  levels: OutgoingLevels,
  others: readonly Connection[],
  createdAtMs: number,
): Connection {
  return {
    id: randomUUID(),
    kind: 'oauth1-atlassian',
    preferred: others.every(({ preferred }) => !preferred),
    levels: { ...noLevels, ...levels },
    signingKeyId: null,
    settings: {},
    sealedSecret: null,
    createdAtMs,
  };
}
