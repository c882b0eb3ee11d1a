/**
 * Accounts that a user has connected at peers, as JSON: the same as on the page of their authorised applications. The
 * user's id is in every condition, so that nobody sees or ends what is another's.
 */
import { ApplinksError } from '../errors.js';
import type { Endpoint } from '../http/handler.js';
import type { ConnectedAccounts } from './connected-accounts.js';
import type { RestAccess } from './rest-access.js';

export interface RestAccountDependencies {
  access: RestAccess;
  accounts: ConnectedAccounts;
}

export function listMyAccounts({ access, accounts }: RestAccountDependencies): Endpoint {
  return access.read('user', async ({ user }) => ({
    status: 200,
    body: { accounts: await accounts.list({ userId: user.id }) },
  }));
}

export function disconnectMineByJson({ access, accounts }: RestAccountDependencies): Endpoint {
  return access.remove('user', async ({ user, param }) => {
    if ((await accounts.disconnect({ id: param('id'), userId: user.id })) === 0)
      throw new ApplinksError('not_found', 404, 'There is no such account any more.');
    return { status: 204 };
  });
}
