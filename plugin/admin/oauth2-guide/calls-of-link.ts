/**
 * Our calls over OAuth 2.0 as pages show them: what is entered, and user by user who has connected as whom, with which
 * scopes and until when. Credentials that are refused and an access that was lost are told apart: the first is for an
 * administrator to mend, the second for that user (oauth2.md 5.3 step 6).
 */
import type { Context } from '../../context.js';
import type { ConnectedAccount, ConnectedAccounts } from '../connected-accounts.js';
import type { OAuth2Outgoing, OAuth2OutgoingView } from '../oauth2-connection.js';

export interface CallsSources {
  context: Context;
  oauth2Outgoing: OAuth2Outgoing;
  accounts: ConnectedAccounts;
}

export type CallsOfLink = Pick<
  OAuth2OutgoingView,
  | 'state'
  | 'missing'
  | 'callbackUrl'
  | 'warnings'
  | 'authorizeUrl'
  | 'tokenUrl'
  | 'hasOwnSecret'
  | 'isVendorClient'
  | 'clientCredentials'
> & {
  clientId: string | null;
  scopes: readonly string[];
  pkce: boolean;
  knownScopes: OAuth2OutgoingView['preset']['scopes'];
  /** `user` is null for the application itself. */
  accounts: (Omit<ConnectedAccount, 'scopes'> & { scopes: readonly string[]; user: string | null })[];
  areCredentialsRefused: boolean;
};

export const disconnectPurpose = (linkId: string): string => `disconnect accounts ${linkId}`;

export async function callsOf(
  { context, accounts, oauth2Outgoing }: CallsSources,
  linkId: string,
): Promise<CallsOfLink | undefined> {
  const view = await oauth2Outgoing.find(linkId);
  if (!view) return undefined;
  const { host } = context.config;
  const connected = await accounts.list({ linkId, connectionId: view.connectionId });
  const shown = connected.map(async ({ scopes, ...account }) => ({
    ...account,
    scopes: scopes ?? [],
    user: account.userId === null ? null : ((await host.findUser(account.userId))?.name ?? account.userId),
  }));
  const { state, missing, callbackUrl, warnings, authorizeUrl, tokenUrl, settings, preset } = view;
  const { hasOwnSecret, isVendorClient, clientCredentials } = view;
  return {
    ...{ state, missing, callbackUrl, warnings, authorizeUrl, tokenUrl },
    ...{ hasOwnSecret, isVendorClient, clientCredentials },
    clientId: settings.clientId,
    scopes: settings.scopes,
    pkce: settings.pkce,
    knownScopes: preset.scopes,
    accounts: await Promise.all(shown),
    areCredentialsRefused: connected.some(({ trouble }) => trouble?.reason === 'credentials'),
  };
}
