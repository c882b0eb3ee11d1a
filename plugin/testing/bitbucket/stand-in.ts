/**
 * A stand-in for Bitbucket Data Center (or Jira, or Confluence) at the other end of an application link, for tests and
 * demonstrations. On the wire it acts as applinks-oauth1.md describes: parts 1 and 4 of itself, part 5 as a consumer,
 * part 6 as a provider; and as oauth2.md part 2 does, as a provider of OAuth 2.0. Beside its HTTP side it can be driven from a test.
 */
import type { AddressInfo } from 'node:net';
import { createBrowser, type MiniBrowser } from '../browser/mini-browser.js';
import type { Exchange } from '../http-exchange.js';
import { withHttpAccessToken } from './access-tokens/filter.js';
import { createContext } from './context.js';
import { defaultUsers } from './default-users.js';
import type { Faults } from './faults.js';
import { isGitUpload } from './git-http/routes.js';
import { createHostingDriver, type HostingDriver } from './hosting-driver.js';
import { createLinking } from './linking/create-linking.js';
import { createLinkingDriver, type LinkingDriver } from './linking/driver.js';
import { linkingRoutes } from './linking/routes.js';
import { createHostIdentity, newConsumerKey } from './host-identity.js';
import type { IssuedToken } from './issued-token.js';
import { createOAuth2Client } from './oauth2-client/context.js';
import { createOAuth2ClientDriver, type OAuth2ClientDriver } from './oauth2-client/driver.js';
import { oauth2ClientRoutes } from './oauth2-client/routes.js';
import { dancePath } from './login-dance.js';
import { createOAuth2ProviderDriver, type OAuth2ProviderDriver } from './oauth2-provider/driver.js';
import { withUserName } from './oauth2-provider/identity.js';
import { withOAuth2 } from './oauth2-provider/provider-filter.js';
import { oauth2ProviderRoutes } from './oauth2-provider/routes.js';
import { withOAuth } from './provider/oauth-filter.js';
import { productFacts } from './provider/product-facts.js';
import type { ReceivedRequest } from './received.js';
import { renewToken } from './renewal.js';
import { createRoutes, route } from './routes.js';
import { close, createStandInServer, listen } from './server.js';
import { createSessions } from './sessions.js';
import { callAsUser, type CallOptions, type CallResult } from './signed-call.js';
import {
  createState,
  type ConsumerToken,
  type DanceResult,
  type KnownBuild,
  type IncomingConsumer,
  type Link,
  type Product,
  type User,
} from './state.js';
import type { Refusal } from './token-requests.js';

export interface BitbucketStandInOptions {
  /**
   * Default: `admin` (system administrator, password `sysadmin`), `boss` (administrator), `ana` and `ben`, whose
   * passwords are their names.
   */
  users?: readonly User[];
  /** 0 (default): any free port. */
  port?: number;
  /** Of `url`: 127.0.0.1 (default), localhost, or an address to listen on. */
  hostname?: string;
  /** Empty (default), or a path with a leading slash and none at the end. */
  contextPath?: string;
  /** Which product's manifest and consumer name it shows; `stash` (Bitbucket) by default. */
  product?: Product;
  /** UUID of the installation; random by default. */
  serverId?: string;
  /** Of the RSA host key, with which links in Atlassian style sign; `Bitbucket:` and ten random digits by default. */
  hostConsumerKey?: string;
  hostKeyBits?: number;
  hostPrivateKeyPem?: string;
  /** Keeps session handles, so that renew() works. Off, since Bitbucket never renews. */
  renews?: boolean;
  /** Signs redirected calls anew, instead of replaying the Authorization header. Off. */
  resignsRedirects?: boolean;
  /** Milliseconds since 1970. */
  clock?: () => number;
}

export interface BitbucketStandIn extends HostingDriver {
  /** Base URL, context path included, without a slash at the end. Known after start(). */
  readonly url: string;
  /** The same under both names, `url` first: browsers and servers take them for two hosts. */
  readonly urls: readonly [string, string];
  start(): Promise<void>;
  stop(): Promise<void>;
  readonly users: readonly User[];
  /** As a directory does when somebody leaves. Their tokens stay, and are good for nothing. */
  removeUser(name: string): void;
  readonly host: { readonly consumerKey: string; publicKeyPem(): string };
  /** Switches for a hostile or faulty consumer; change them at any time. */
  readonly faults: Faults;
  /** Everything that it was asked, in order, without passwords and cookies. */
  readonly received: readonly ReceivedRequest[];
  /** Everything sent to the other side, in order. */
  readonly exchanges: readonly Exchange[];
  /** What the dances came to, in order; `restarted` once per blank `oauth_token`. */
  readonly dances: readonly DanceResult[];
  readonly serverId: string;
  /** Who may call it, by consumer key; change it at any time. */
  readonly consumers: Map<string, IncomingConsumer>;
  /** Outgoing OAuth 2.0 links: creating, testing and using them. */
  readonly oauth2Client: OAuth2ClientDriver;
  /** Creating, configuring, testing and deleting links from its side. */
  readonly linking: LinkingDriver;
  /** Incoming links over OAuth 2.0: clients, tokens, switches. */
  readonly oauth2Provider: OAuth2ProviderDriver;
  /** Tokens that it gave to them, by value; delete one to revoke it. */
  readonly issued: Map<string, IssuedToken>;
  /** All links, oldest first. */
  links(): readonly Link[];
  link(id: string): Link | undefined;
  token(linkId: string, user: string): ConsumerToken | undefined;
  /** Puts a token in place as if a dance had brought it. */
  setToken(linkId: string, user: string, token: ConsumerToken): void;
  /** Makes "Run build again" appear for this build. */
  addBuild(build: KnownBuild): void;
  /** A browser with this user's session. Throws for an unknown user. */
  as(user: string): Promise<MiniBrowser>;
  /** Where a browser begins the dance. */
  danceUrl(linkId: string, redirectUrl?: string): string;
  /** A signed call in the user's name; throws for an unknown link or a target outside it. */
  call(
    linkId: string,
    user: string,
    method: string,
    path: string,
    options?: CallOptions,
  ): Promise<CallResult>;
  /** Sends a recorded request again as it was, nonce and signature included. */
  replay(recorded: Exchange): Promise<Exchange>;
  /** Only with `renews`; undefined when it worked. */
  renew(linkId: string, user: string): Promise<Refusal | undefined>;
}

export function bitbucketStandIn(options: BitbucketStandInOptions = {}): BitbucketStandIn {
  const { port = 0, hostname = '127.0.0.1', contextPath = '' } = options;
  // Copied: a test that locks one out must not meet it again in another stand-in.
  const users = options.users ?? defaultUsers.map((user) => ({ ...user }));
  const state = createState(users, options);
  const sessions = createSessions(state);
  const host = createHostIdentity({
    consumerKey: options.hostConsumerKey ?? newConsumerKey(productFacts[state.product].name),
    bits: options.hostKeyBits ?? 2048,
    privateKeyPem: options.hostPrivateKeyPem,
  });
  let url: string | undefined;
  const started = (): string => {
    if (url === undefined) throw new Error('The stand-in is not running: call start() first.');
    return url;
  };
  const context = createContext({
    state,
    host,
    baseUrl: () => started(),
    renews: options.renews ?? false,
    resignsRedirects: options.resignsRedirects ?? false,
    clock: options.clock ?? Date.now,
  });
  const linking = createLinking(context);
  const oauth2Client = createOAuth2Client(context);
  const routes = createRoutes(context, sessions, [
    ...linkingRoutes(linking),
    ...oauth2ClientRoutes(oauth2Client),
  ]);
  const server = createStandInServer({
    state,
    sessions,
    contextPath,
    faults: context.faultyAnswers,
    received: context.received,
    now: () => context.now(),
    isUpload: isGitUpload,
    answer: withHttpAccessToken(
      context,
      withOAuth2(
        context,
        oauth2ProviderRoutes(linking, sessions),
        withOAuth(
          context,
          withUserName(context, (incoming, headers) => route(routes, incoming, headers)),
        ),
      ),
    ),
  });
  const linkOf = (id: string): Link => {
    const link = state.links.get(id);
    if (!link) throw new Error(`The stand-in has no link ${id}.`);
    return link;
  };
  const as = async (name: string): Promise<MiniBrowser> => {
    const user = state.users.get(name);
    if (!user) throw new Error(`The stand-in has no user ${name}.`);
    const browser = createBrowser();
    await browser.post(`${started()}/login`, { j_username: user.name, j_password: user.password });
    return browser;
  };

  return {
    get url() {
      return started();
    },
    get urls() {
      const other = new URL(started());
      other.hostname = other.hostname === 'localhost' ? '127.0.0.1' : 'localhost';
      return [started(), other.href.replace(/\/$/, '')] as const;
    },
    start: async () => {
      await listen(server, port, hostname === 'localhost' ? '127.0.0.1' : hostname);
      const address = server.address() as AddressInfo;
      url = `http://${hostname}:${address.port}${contextPath}`;
    },
    stop: async () => {
      await close(server);
      await context.repositories.remove();
    },
    ...createHostingDriver(context),
    users,
    removeUser: (name) => void state.users.delete(name),
    host,
    faults: context.faults,
    received: context.received,
    exchanges: context.exchanges,
    dances: state.dances,
    serverId: state.serverId,
    consumers: state.consumers,
    oauth2Client: createOAuth2ClientDriver(oauth2Client, as),
    linking: createLinkingDriver(linking),
    oauth2Provider: createOAuth2ProviderDriver(context),
    issued: state.issued,
    links: () => [...state.links.values()],
    link: (id) => state.links.get(id),
    token: (linkId, user) => state.tokens.get(linkId, user),
    setToken: (linkId, user, token) => state.tokens.set(linkId, user, token),
    addBuild: (build) => void state.builds.set(build.key, build),
    as,
    danceUrl: (linkId, redirectUrl) => {
      const query = new URLSearchParams({ applicationLinkID: linkId, ...(redirectUrl && { redirectUrl }) });
      return `${started()}${dancePath}/authorize?${query.toString()}`;
    },
    call: async (linkId, user, method, path, callOptions) =>
      callAsUser(context, { link: linkOf(linkId), user, method, target: path, ...callOptions }),
    replay: ({ request }) => context.send(request),
    renew: (linkId, user) => renewToken(context, linkOf(linkId), user),
  };
}
