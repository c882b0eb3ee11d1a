/**
 * What a failed renewal means (oauth2.md part 7, rows 18 and 19). Wrongly called lost, a grant logs a user out; wrongly
 * kept, it is presented for ever. So only OAuth's own word, or a token that can't be one of this peer's, ends a grant.
 */
import { PeerUnreachable } from '../../errors.js';
import type { OAuth2Peer } from './peer.js';
import { TokenRefused } from './token-refused.js';

/**
 * `lost`: the user must connect again · `credentials`: an administrator must act, the grant stays · `again`: at once, the
 * answer was lost and may have carried the new tokens · `locked`: in two seconds, somebody else is at it there ·
 * `temporary`: later.
 */
export type RefreshVerdict = 'lost' | 'credentials' | 'again' | 'locked' | 'temporary';

export function verdictOf(
  error: unknown,
  { preset }: OAuth2Peer,
  refreshToken: string | null,
  isSecondTry: boolean,
): RefreshVerdict {
  if (error instanceof TokenRefused) {
    if (error.problem === 'invalid_grant') return 'lost';
    if (error.problem === 'invalid_client' || error.problem === 'unauthorized_client') return 'credentials';
    const isLock = preset.kind === 'data-center' && error.peerStatus === 500 && error.isAtlassianError;
    if (!isLock) return 'temporary';
    if (!isSecondTry) return 'locked';
    // Data Center cannot read what is not a JWT, and says 500 to it for ever (2.5).
    return refreshToken === null || isJwt(refreshToken) ? 'temporary' : 'lost';
  }
  const isAnswerLost =
    error instanceof PeerUnreachable &&
    (error.kind === 'timeout' ||
      error.kind === 'connection_lost' ||
      (error.kind === 'bad_answer' && error.answerStatus === 200));
  return isAnswerLost && !isSecondTry ? 'again' : 'temporary';
}

const isJwt = (token: string): boolean => /^[\w-]+\.[\w-]+\.[\w-]+$/.test(token);
