/** A new code, bound to all that its exchange is checked against (RFC 6749 section 4.1.2; oauth2.md part 6, row 11). */
import type { Context } from '../../context.js';
import { ApplinksError } from '../../errors.js';
import type { HostUser } from '../../host.js';
import { digest } from '../../store/digest.js';
import { randomToken } from '../token-values.js';
import type { AuthorizationRequest } from './authorization-request.js';
import type { RedirectTarget } from './redirect-target.js';

/** @throws ApplinksError `conflict`, for a page: a client that is gone is sent nothing. */
export async function issueCode(
  { store, config }: Context,
  { link, client, redirectUri }: RedirectTarget,
  user: HostUser,
  { scopes, codeChallenge }: AuthorizationRequest,
): Promise<string> {
  const code = randomToken();
  const createdAtMs = config.clock();
  const isKept = await store.codes.create({
    digest: digest(code),
    linkId: link.id,
    credentialId: client.id,
    userId: user.id,
    redirectUri,
    scopes,
    codeChallenge,
    createdAtMs,
    expiresAtMs: createdAtMs + config.oauth2.codeMs,
    authorizationId: null,
  });
  if (!isKept) throw new ApplinksError('conflict', 409, `${link.name} was removed meanwhile.`);
  return code;
}
