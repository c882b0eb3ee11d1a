/**
 * Several credentials for one task: the next one is tried only when Bitbucket refused the one before (401, 403, or a
 * grant that is gone); any other failure ends the attempt (jenkins-integration.md C2), since it would meet all of them.
 */
import type { PeerFetch } from '../consumer/link-client.js';
import { ApplinksError, CredentialsRequired, PeerRefused } from '../errors.js';

/** @throws what the last attempt threw; ApplinksError `not_connectable` when there is no credential. */
export async function withFirstAccepted<T>(
  credentials: readonly PeerFetch[],
  task: (fetch: PeerFetch) => Promise<T>,
): Promise<T> {
  let refusal: unknown = new ApplinksError('not_connectable', 409, 'There is no credential for Bitbucket.');
  for (const fetch of credentials) {
    try {
      return await task(fetch);
    } catch (error) {
      if (!isRefusal(error)) throw error;
      refusal = error;
    }
  }
  throw refusal;
}

const isRefusal = (error: unknown): boolean =>
  error instanceof CredentialsRequired ||
  (error instanceof PeerRefused && (error.peerStatus === 401 || error.peerStatus === 403));
