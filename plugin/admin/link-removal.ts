/**
 * A link that is deleted takes our users' tokens with it, and a peer does not hear of that: its refresh tokens would count
 * there for months, and whoever finds one in an old backup could use it. So accounts are disconnected first, which tells
 * the peer where its protocol can (oauth2.md 2.6; part 7, row 24). A peer that is away cannot keep a link alive.
 */
import type { ConnectedAccounts } from './connected-accounts.js';
import type { LinkService } from './link-service.js';

/** The same service, with the accounts of the link disconnected before `remove`. */
export function withDisconnect(
  links: LinkService,
  accounts: Pick<ConnectedAccounts, 'disconnect'>,
): LinkService {
  return {
    ...links,
    remove: async (id, by) => {
      const { id: linkId } = await links.get(id);
      await accounts.disconnect({ linkId });
      await links.remove(id, by);
    },
  };
}
