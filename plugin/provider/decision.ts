/** Records what the user decided, once, and sends the browser back with it (J A6; AL 5.2 rows 4 and "Denied"). */
import type { Response } from 'express';
import type { Context } from '../context.js';
import { OAuthProblem } from '../errors.js';
import type { HostUser } from '../host.js';
import { setNoStore } from '../http/security-headers.js';
import type { Views } from '../http/views.js';
import { digest } from '../store/digest.js';
import { callbackWith } from './callback.js';
import type { Pending } from './pending-token.js';
import { randomToken } from './token-values.js';

/** `verifier` is null when the user has denied. */
export interface Outcome {
  verifier: string | null;
}

/** @throws OAuthProblem `token_used` when it was decided meanwhile. */
export async function decide(
  { store, events }: Context,
  { record, scopes }: Pending,
  user: HostUser,
  isAllowed: boolean,
): Promise<Outcome> {
  const verifier = isAllowed ? randomToken() : null;
  const decided = await store.requestTokens.decide(
    record.digest,
    verifier === null
      ? { outcome: 'denied', userId: user.id }
      : { outcome: 'allowed', userId: user.id, verifierDigest: digest(verifier), scopes },
  );
  if (!decided) throw new OAuthProblem('token_used', {}, { reason: 'decided meanwhile' });
  const { linkId, credentialId } = record;
  events.emit(isAllowed ? 'authorization.allowed' : 'authorization.denied', {
    linkId,
    credentialId,
    userId: user.id,
  });
  return { verifier };
}

/** Back to the bound callback; without one (`oob`) the verifier is shown on the page, and in no URL. */
export async function finish(
  views: Views,
  res: Response,
  { token, record, link }: Pending,
  { verifier }: Outcome,
): Promise<void> {
  if (record.callback !== null) {
    setNoStore(res);
    res.redirect(302, callbackWith(record.callback, token, verifier ?? 'denied'));
  } else if (verifier === null) {
    await views.render(res, 'denied', { link: { name: link.name } });
  } else {
    await views.render(res, 'verifier', { link: { name: link.name }, verifier });
  }
}
