/** The OAuth 2.0 provider of a stand-in as a test drives it, without a browser. */
import type { StandInContext } from '../context.js';
import type { FaultyAnswer } from '../faulty-answers.js';
import type { ReceivedRequest } from '../received.js';
import { deleteClient, registerClient, resetSecret, updateClient, type ClientFields } from './clients.js';
import { resetJwtSecret } from './client-rest.js';
import type { AuditEntry, OAuth2Client, TokenPair } from './memory.js';
import { authorizePath, metadataPath, revokePath, tokenPath } from './paths.js';
import { parseScope } from './scopes.js';
import type { OAuth2ProviderSwitches } from './switches.js';
import { isRefresh, isTokenRequest, tokenFault, type TokenFault } from './token-faults.js';
import { issuePair, removePair } from './tokens.js';

const paths = {
  authorize: authorizePath,
  token: tokenPath,
  revoke: revokePath,
  metadata: metadataPath,
} as const;

export interface OAuth2ProviderDriver {
  /** Change them at any time. */
  readonly switches: OAuth2ProviderSwitches;
  /** What its audit log would say, in order. */
  readonly audit: readonly AuditEntry[];
  /** Where a client finds it; known after start(). */
  endpoints(): Record<keyof typeof paths, string>;
  /** As the system administrator does; throws with the reasons when it may not be stored. */
  registerClient(fields: ClientFields): OAuth2Client;
  clients(): readonly OAuth2Client[];
  /** Throws like registerClient(), and like everything here for an unknown client id. */
  editClient(clientId: string, fields: Partial<ClientFields>): OAuth2Client;
  editRedirects(clientId: string, redirects: readonly string[]): OAuth2Client;
  /** The new secret. */
  resetSecret(clientId: string): string;
  deleteClient(clientId: string): void;
  /** Every token is dead at once. */
  resetJwtSecret(): void;
  /** Live and expired pairs, oldest first; those that were rotated or revoked are gone. */
  tokens(): readonly Readonly<TokenPair>[];
  /** Puts a pair in place as if a browser had consented. `scope`: names with one space between. */
  issueTokens(grant: { clientId: string; user: string; scope: string }): Readonly<TokenPair>;
  /** As users and administrators do on their pages; of one user, or of all. */
  revokeTokens(clientId: string, user?: string): void;
  /** Answers token requests wrongly until it is taken back by calling what it returns, or only `once`. */
  failTokenRequests(fault: TokenFault, options?: Pick<FaultyAnswer, 'once'>): () => void;
  /** Refreshes once, and cuts the connection instead of answering. */
  dropRefreshAnswer(): void;
  /** What was asked there, in order. */
  requests(endpoint: keyof typeof paths): readonly ReceivedRequest[];
}

export function createOAuth2ProviderDriver(context: StandInContext): OAuth2ProviderDriver {
  const { oauth2, faults, received, state } = context;
  const clientOf = (clientId: string): OAuth2Client => {
    const client = oauth2.clients.get(clientId);
    if (!client) throw new Error(`The stand-in has no OAuth 2.0 client ${clientId}.`);
    return client;
  };
  const stored = (result: ReturnType<typeof registerClient>): OAuth2Client => {
    if ('errors' in result) throw new Error(Object.values(result.errors).flat().join(' '));
    return result.client;
  };
  const edit: OAuth2ProviderDriver['editClient'] = (clientId, fields) =>
    stored(updateClient(context, clientOf(clientId), fields));

  return {
    switches: oauth2.switches,
    audit: oauth2.audit,
    endpoints: () => {
      const base = context.baseUrl();
      const { authorize, token, revoke, metadata } = paths;
      return {
        ...{ authorize: base + authorize, token: base + token },
        ...{ revoke: base + revoke, metadata: base + metadata },
      };
    },
    registerClient: (fields) => stored(registerClient(context, fields, 'admin')),
    clients: () => [...oauth2.clients.values()],
    editClient: edit,
    editRedirects: (clientId, redirects) => edit(clientId, { redirects }),
    resetSecret: (clientId) => resetSecret(context, clientOf(clientId)),
    deleteClient: (clientId) => deleteClient(context, clientOf(clientId)),
    resetJwtSecret: () => resetJwtSecret(context),
    tokens: () => [...oauth2.pairs],
    issueTokens: ({ clientId, user, scope }) => {
      const names = parseScope(state.product, scope);
      if (!names) throw new Error(`${scope} is no scope of this product.`);
      const line = { clientId: clientOf(clientId).clientId, code: undefined, refreshCount: 0 };
      return issuePair(context, { ...line, user, scope: names });
    },
    revokeTokens: (clientId, user) => {
      const meant = [...oauth2.pairs].filter(
        (pair) => pair.clientId === clientId && (user === undefined || pair.user === user),
      );
      meant.forEach((pair) => removePair(context, pair));
    },
    failTokenRequests: (fault, options) =>
      faults.answer(isTokenRequest, { ...tokenFault(fault), ...options }),
    dropRefreshAnswer: () => void faults.answer(isRefresh, { ...tokenFault('dropped'), once: true }),
    requests: (endpoint) => received.filter(({ path }) => path === paths[endpoint]),
  };
}
