/** How many users lose access, for the pages that ask before something is deleted. */
import type { TokenFilter } from '../store/tokens.js';
import type { TokenService } from './token-service.js';

const countedGrants = 100;

/** Empty when nobody has allowed it. */
export async function describeUsers(tokens: TokenService, filter: TokenFilter): Promise<string> {
  const granted = await tokens.list(filter, { limit: countedGrants, offset: 0 });
  const users = new Set(granted.flatMap(({ userId }) => userId ?? [])).size;
  if (users === 0) return '';
  if (granted.length === countedGrants) return `${users} users or more`;
  return users === 1 ? 'one user' : `${users} users`;
}
