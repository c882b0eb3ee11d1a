/**
 * What users have allowed: each user's own list, and the administrator's list of all. What an attacker would try: to
 * revoke, or to find out about, somebody else's access by its id. So a user's revocation always carries the user's
 * own id into the store's condition, and an id that is not theirs does not exist for them.
 */
import type { Context } from '../context.js';
import { ApplinksError } from '../errors.js';
import type { Endpoint } from '../http/handler.js';
import type { Views } from '../http/views.js';
import type { TokenFilter } from '../store/tokens.js';
import type { ConnectedAccounts } from './connected-accounts.js';
import { doneMessage } from './done-message.js';
import type { LinkService } from './link-service.js';
import { seeOther, type PageAccess } from './page-access.js';
import { listTokens, type TokenListDependencies } from './token-list.js';

export interface TokenPageDependencies extends TokenListDependencies {
  views: Views;
  access: PageAccess;
  links: LinkService;
  accounts: ConnectedAccounts;
}

const minePath = '/applinks/tokens';
const allPath = '/applinks/admin/tokens';
const revokePurpose = (tokenId: string): string => `revoke token ${tokenId}`;
const disconnectPurpose = (grantId: string): string => `disconnect ${grantId}`;
const revokeMinePurpose = 'revoke my tokens';
const revokeMatchingPurpose = 'revoke matching tokens';

export function showMyTokens(dependencies: TokenPageDependencies): Endpoint {
  const { access, views, accounts } = dependencies;
  return access.page('user', async ({ res, user, query, formToken }) => {
    const connected = await accounts.list({ userId: user.id });
    const { rows, pager } = await listTokens(dependencies, { userId: user.id }, minePath, query);
    await views.render(res, 'tokens', {
      user,
      tokens: rows.map((row) => ({ ...row, csrfToken: formToken(revokePurpose(row.id)) })),
      pager,
      done: doneMessage(query),
      revokeAll: { csrfToken: formToken(revokeMinePurpose) },
      accounts: connected.map((account) => ({
        ...account,
        csrfToken: formToken(disconnectPurpose(account.id)),
      })),
    });
  });
}

export function disconnectMine({ access, context, accounts }: TokenPageDependencies): Endpoint {
  return access.form(
    'user',
    ({ param }) => disconnectPurpose(param('id')),
    async ({ res, user, param }) => {
      requireRevoked(await accounts.disconnect({ id: param('id'), userId: user.id }));
      seeOther(context, res, `${minePath}?done=disconnected`);
    },
  );
}

export function revokeMine({ access, context, tokens }: TokenPageDependencies): Endpoint {
  return access.form(
    'user',
    ({ param }) => revokePurpose(param('id')),
    async ({ res, user, param }) => {
      requireRevoked(await tokens.revoke({ id: param('id'), userId: user.id }, user.id));
      seeOther(context, res, `${minePath}?done=revoked`);
    },
  );
}

export function revokeAllMine({ access, context, tokens }: TokenPageDependencies): Endpoint {
  return access.form(
    'user',
    () => revokeMinePurpose,
    async ({ res, user }) => {
      const revoked = await tokens.revoke({ userId: user.id }, user.id);
      seeOther(context, res, `${minePath}?done=${revoked === 0 ? 'none-revoked' : 'all-revoked'}`);
    },
  );
}

export function showAllTokens(dependencies: TokenPageDependencies): Endpoint {
  const { access, context, links, views } = dependencies;
  return access.page('administrator', async ({ res, query, formToken }) => {
    const choice = await readChoice(context, query);
    const { rows, pager } = await listTokens(dependencies, choice.filter, allPath, query);
    const known = (await links.list()).map(({ id, name }) => ({ id, name }));
    await views.render(res, 'admin-tokens', {
      tokens: rows.map((row) => ({ ...row, csrfToken: formToken(revokePurpose(row.id)) })),
      pager,
      links: known,
      choice: { ...choice, linkName: known.find(({ id }) => id === choice.link)?.name },
      hasNames: context.config.host.findUserByName !== undefined,
      done: doneMessage(query),
      revokeAll: choice.isSet ? { csrfToken: formToken(revokeMatchingPurpose) } : undefined,
    });
  });
}

export function revokeAny({ access, context, tokens }: TokenPageDependencies): Endpoint {
  return access.form(
    'administrator',
    ({ param }) => revokePurpose(param('id')),
    async ({ res, user, query, param }) => {
      requireRevoked(await tokens.revoke({ id: param('id') }, user.id));
      const { search } = await readChoice(context, query);
      seeOther(context, res, `${allPath}?done=revoked${search && `&${search}`}`);
    },
  );
}

/** Never without a filter: revoking everything of everybody is no button. */
export function revokeMatching({ access, context, tokens }: TokenPageDependencies): Endpoint {
  return access.form(
    'administrator',
    () => revokeMatchingPurpose,
    async ({ res, user, form }) => {
      const { filter, search, isSet } = await readChoice(context, form);
      if (!isSet) {
        throw new ApplinksError(
          'invalid_input',
          400,
          'Choose an application or a user to revoke the access of.',
        );
      }
      const revoked = await tokens.revoke(filter, user.id);
      seeOther(context, res, `${allPath}?done=${revoked === 0 ? 'none-revoked' : 'all-revoked'}&${search}`);
    },
  );
}

interface Choice {
  link: string;
  user: string;
  isSet: boolean;
  filter: TokenFilter;
  /** The same as a query. */
  search: string;
}

/** A user who no longer exists has no name any more, so an id is accepted in its place. */
async function readChoice({ config }: Context, given: URLSearchParams): Promise<Choice> {
  const link = given.get('link') ?? '';
  const user = given.get('user')?.trim() ?? '';
  const named = user === '' ? null : await config.host.findUserByName?.(user);
  const filter = {
    ...(link === '' ? {} : { linkId: link }),
    ...(user === '' ? {} : { userId: named?.id ?? user }),
  };
  const fields = Object.entries({ link, user }).filter(([, value]) => value !== '');
  return { link, user, isSet: fields.length > 0, filter, search: new URLSearchParams(fields).toString() };
}

/** @throws ApplinksError `not_found`: the same for an unknown id and for somebody else's. */
function requireRevoked(revoked: number): void {
  if (revoked === 0) {
    throw new ApplinksError('not_found', 404, 'There is no such access any more. Reload the list.');
  }
}
