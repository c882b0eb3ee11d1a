/**
 * The state of our calls over OAuth 2.0, user by user: who has connected as whom, with which scopes and until when, whose
 * credentials are refused, and whose access was lost, which are two different things to mend (oauth2.md 5.3 step 6).
 */
import type { Context } from '../../context.js';
import type { ConnectedAccounts } from '../connected-accounts.js';

export interface CallsOfLink {
  accounts: {
    id: string;
    /** null: the application itself. */
    user: string | null;
    account: string | null;
    scopes: readonly string[];
    lacking: readonly string[];
    expiresAtMs: number | null;
    lastUsedAtMs: number | null;
    trouble: { reason: string; message: string } | null;
  }[];
  areCredentialsRefused: boolean;
}

export async function describeCalls(
  { context, accounts }: { context: Pick<Context, 'config'>; accounts: ConnectedAccounts },
  linkId: string,
): Promise<CallsOfLink> {
  const { host } = context.config;
  const connected = await accounts.list({ linkId });
  const shown = connected.map(async ({ userId, scopes, ...account }) => ({
    ...account,
    scopes: scopes ?? [],
    user: userId === null ? null : ((await host.findUser(userId))?.name ?? userId),
  }));
  return {
    accounts: await Promise.all(shown),
    areCredentialsRefused: connected.some(({ trouble }) => trouble?.reason === 'credentials'),
  };
}
