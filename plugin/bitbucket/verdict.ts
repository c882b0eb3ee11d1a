/**
 * What an answer to a status means (jenkins-integration.md C4, KIT): told; never to be taken; or to be tried again, when
 * Bitbucket is busy, away or refuses the credential, which somebody can mend. A web page is a proxy's or a login's, so
 * whatever its status it says nothing of the status that was sent.
 */
import { ApplinksError, CredentialsRequired, PeerRefused } from '../errors.js';
import { excerptOf } from './rest.js';
import { retryAfterMs } from './retry-after.js';
import { sentence } from './sentence.js';

export type Verdict =
  | { kind: 'told' }
  | { kind: 'refused'; reason: string }
  /** `waitMs`: what the server asks for; `isAway`: no other status would fare better now. */
  | { kind: 'later'; reason: string; waitMs?: number; isAway: boolean };

/** When there is no `Retry-After` (C4). */
const rateLimitedMs = 5000;

export async function judgeAnswer(answer: Response, nowMs: number): Promise<Verdict> {
  const { status, headers } = answer;
  const isPage = /^text\/html\b/i.test(headers.get('content-type') ?? '');
  if (answer.ok && !isPage) return { kind: 'told' };
  const reason = answered(status, excerptOf(await answer.text()));
  if (status === 429) {
    const waitMs = retryAfterMs(headers.get('retry-after'), nowMs) ?? rateLimitedMs;
    return { kind: 'later', reason, waitMs, isAway: true };
  }
  if (status === 503) {
    const waitMs = retryAfterMs(headers.get('retry-after'), nowMs);
    return { kind: 'later', reason, ...(waitMs === undefined ? {} : { waitMs }), isAway: true };
  }
  if (isPage || status >= 500 || status < 400 || mendable.has(status))
    return { kind: 'later', reason, isAway: false };
  return { kind: 'refused', reason };
}

/** Credential, permission, time. */
const mendable: ReadonlySet<number> = new Set([401, 403, 408]);

const answered = (status: number, said: string): string =>
  `Bitbucket answered with status ${status}${said === '' ? '.' : `: ${said}`}`;

export function judgeFailure(error: unknown): Verdict {
  const reason = sentence(error);
  if (error instanceof CredentialsRequired) return { kind: 'later', reason, isAway: false };
  if (error instanceof PeerRefused) {
    const reason = answered(error.peerStatus, error.excerpt ?? '');
    const isFinal = error.peerStatus >= 400 && error.peerStatus < 500 && !mendable.has(error.peerStatus);
    return isFinal && error.peerStatus !== 429
      ? { kind: 'refused', reason }
      : { kind: 'later', reason, isAway: false };
  }
  if (!(error instanceof ApplinksError)) return { kind: 'later', reason, isAway: true };
  if (error.code === 'invalid_input') return { kind: 'refused', reason };
  return { kind: 'later', reason, isAway: error.code === 'peer_unreachable' };
}
