/**
 * What the stand-in remembers, all in memory: users, links, one consumer token per link and user, and as a provider
 * the consumers that may call it with the tokens that it gave them.
 */
import { randomUUID } from 'node:crypto';
import type { IssuedToken } from './issued-token.js';

export interface User {
  name: string;
  password: string;
  admin: boolean;
  /** Some settings ask for more than an administrator (applinks-oauth1.md 10.2). */
  systemAdmin?: boolean;
  /** May not log in. */
  isLocked?: boolean;
}

/** The typeIds under which Atlassian products show themselves (applinks-oauth1.md 1.5); `stash` is Bitbucket. */
export type Product = 'stash' | 'jira' | 'confluence';

/** Who may call the stand-in (applinks-oauth1.md 6.3). The store is by key: the same key twice overwrites. */
export interface IncomingConsumer {
  key: string;
  name: string;
  description?: string;
  /** RSA, SubjectPublicKeyInfo as bare Base64; see readPublicKey() in public-key.ts. */
  publicKey: string;
  /** Registered callback, used when a request token has none. */
  callback?: string;
  threeLegged: boolean;
  twoLegged: boolean;
  /** Name of the user as whom 2LO runs; undefined: anonymous. */
  executingUser: string | undefined;
  /** 2LOi. */
  impersonation: boolean;
  /** Link to which this consumer belongs. */
  linkId: string;
}

export interface OutgoingConsumer {
  key: string;
  name: string;
  sharedSecret: string;
}

export interface Link {
  id: string;
  name: string;
  typeId: string;
  rpcUrl: string;
  displayUrl: string;
  /** One of its type is. */
  isPrimary: boolean;
  /** Key of the consumer that the other side registered here; links that share a key share the consumer. */
  incomingKey?: string;
  /** Outgoing providers by class; an empty configuration means Atlassian style (applinks-oauth1.md 3.1). */
  providers: Map<string, Readonly<Record<string, string>>>;
  /** Key and secret of a link entered by hand. */
  consumer: OutgoingConsumer | undefined;
}

export interface ConsumerToken {
  kind: 'request' | 'access';
  token: string;
  secret: string;
  /** Kept only with the option `renews`; Bitbucket ignores it. */
  sessionHandle: string | undefined;
}

/** What the user of a dance saw in the end; `restarted` counts towards a loop. */
export interface DanceResult {
  linkId: string;
  user: string;
  outcome: 'connected' | 'already-connected' | 'denied' | 'failed' | 'restarted';
  problem: string | undefined;
  advice: string | undefined;
  message: string;
}

/** A build that Bitbucket heard of, so that its page can offer "Run build again" (jenkins-integration.md C7). */
export interface KnownBuild {
  key: string;
  jobUrl: string;
  linkId: string;
}

/** What signed calls can look at and make; private ones are hidden from anonymous callers. */
export interface Project {
  key: string;
  name: string;
  public: boolean;
}

export interface State {
  product: Product;
  /** UUID of this installation, the `id` of its manifest. */
  serverId: string;
  /** Incoming consumers by key. */
  consumers: Map<string, IncomingConsumer>;
  /** Tokens given to them, by value. */
  issued: Map<string, IssuedToken>;
  projects: Map<string, Project>;
  users: Map<string, User>;
  links: Map<string, Link>;
  builds: Map<string, KnownBuild>;
  dances: DanceResult[];
  tokens: {
    get(linkId: string, user: string): ConsumerToken | undefined;
    set(linkId: string, user: string, token: ConsumerToken): void;
    delete(linkId: string, user: string): void;
    deleteLink(linkId: string): void;
  };
}

export interface Installation {
  product?: Product | undefined;
  /** Random by default. */
  serverId?: string | undefined;
}

/** Takes the consumer away with every token that it was given (applinks-oauth1.md 3.3, "disabled"). */
export function removeConsumer(state: State, key: string): void {
  state.consumers.delete(key);
  for (const { value, consumerKey } of state.issued.values()) {
    if (consumerKey === key) state.issued.delete(value);
  }
}

const defaultProjects: readonly Project[] = [
  { key: 'PUB', name: 'Public project', public: true },
  { key: 'INT', name: 'Internal project', public: false },
];

export function createState(users: readonly User[], { product, serverId }: Installation = {}): State {
  const tokens = new Map<string, Map<string, ConsumerToken>>();
  return {
    product: product ?? 'stash',
    serverId: serverId ?? randomUUID(),
    consumers: new Map(),
    issued: new Map(),
    projects: new Map(defaultProjects.map((project) => [project.key, { ...project }])),
    users: new Map(users.map((user) => [user.name, user])),
    links: new Map(),
    builds: new Map(),
    dances: [],
    tokens: {
      get: (linkId, user) => tokens.get(linkId)?.get(user),
      set: (linkId, user, token) => {
        const ofLink = tokens.get(linkId) ?? new Map<string, ConsumerToken>();
        tokens.set(linkId, ofLink.set(user, token));
      },
      delete: (linkId, user) => void tokens.get(linkId)?.delete(user),
      deleteLink: (linkId) => void tokens.delete(linkId),
    },
  };
}
