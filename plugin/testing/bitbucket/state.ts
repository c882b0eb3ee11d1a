/** What the stand-in remembers, all in memory: users, links and one consumer token per link and user. */

export interface User {
  name: string;
  password: string;
  admin: boolean;
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

export interface State {
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

export function createState(users: readonly User[]): State {
  const tokens = new Map<string, Map<string, ConsumerToken>>();
  return {
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
