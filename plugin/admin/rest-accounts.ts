/**
 * Accounts that users have connected at peers, as JSON: the same as on the page of their authorised applications, and as
 * on a link's page for administrators. The user's or the link's id is in every condition, so that nobody sees or ends
 * what is another's.
 */
import { ApplinksError } from '../errors.js';
import type { Endpoint } from '../http/handler.js';
import type { ConnectedAccounts } from './connected-accounts.js';
import type { LinkService } from './link-service.js';
import type { RestAccess, RestAnswer } from './rest-access.js';

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
  return access.remove('user', async ({ user, param }) =>
    gone(await accounts.disconnect({ id: param('id'), userId: user.id })),
  );
}

/** Who has connected as whom, with which scopes and until when, and why it cannot be used. */
export function listAccountsOfLink({
  access,
  accounts,
  links,
}: RestAccountDependencies & { links: Pick<LinkService, 'get'> }): Endpoint {
  return access.read('administrator', async ({ param }) => {
    const { id: linkId } = await links.get(param('id'));
    return { status: 200, body: { accounts: await accounts.list({ linkId }) } };
  });
}

export function disconnectOfLinkByJson({ access, accounts }: RestAccountDependencies): Endpoint {
  return access.remove('administrator', async ({ param }) =>
    gone(await accounts.disconnect({ id: param('accountId'), linkId: param('id') })),
  );
}

function gone(disconnected: number): RestAnswer {
  if (disconnected === 0) throw new ApplinksError('not_found', 404, 'There is no such account any more.');
  return { status: 204 };
}
