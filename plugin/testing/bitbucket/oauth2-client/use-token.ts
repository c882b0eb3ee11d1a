/**
 * A feature uses its token (oauth2.md 1.7): refreshed before, unless it lives longer than the margin, which by default
 * is ten years; once more when the feature reports the access token as rejected. One at a time per token within a node;
 * two nodes know nothing of each other.
 */
import { setStatus } from './store-token.js';
import type { OAuth2ClientContext } from './context.js';
import { refreshToken, type Failure } from './refresh-token.js';

export interface UseOptions {
  /** 1 by default. */
  node?: number;
  /** 3650 days by default. */
  marginSeconds?: number;
  /** The node dies between the answer to its refresh and storing it: the rotated refresh token is lost. */
  crashes?: boolean;
  /** What the feature does, and whether the other side took the token; by default nothing, and yes. */
  isAccepted?: (accessToken: string) => boolean | Promise<boolean>;
}

export type UseResult = { outcome: 'used' | 'rejected' } | NonNullable<Failure>;

const skewMs = 60_000;
const defaultMarginSeconds = 3650 * 24 * 3600;

async function use(context: OAuth2ClientContext, id: string, options: UseOptions): Promise<UseResult> {
  const { marginSeconds = defaultMarginSeconds, crashes = false, isAccepted = () => true } = options;
  const token = context.clientTokens.get(id);
  if (!token) return { outcome: 'unrecoverable', error: 'The token is gone with its link.' };
  if (token.status === 'UNRECOVERABLE') {
    return { outcome: 'unrecoverable', error: 'The user has to authorise again.' };
  }
  const dueMs = context.now() + skewMs + marginSeconds * 1000;
  for (const mustRefresh of [token.accessTokenExpiresAtMs < dueMs, true]) {
    const failure = mustRefresh ? await refreshToken(context, token, crashes) : undefined;
    if (failure) return failure;
    if (await isAccepted(token.accessToken)) {
      setStatus(context, token, 'VALID');
      return { outcome: 'used' };
    }
  }
  return { outcome: 'rejected' };
}

export const useToken = (
  context: OAuth2ClientContext,
  id: string,
  options: UseOptions = {},
): Promise<UseResult> => context.locks.run(`${options.node ?? 1} ${id}`, () => use(context, id, options));
