/**
 * The tokens that took the place of a used refresh token, kept readable for the grace window only (oauth2.md part 6, row
 * 24; rule 5). Bound to the token that they follow, so that a sealed value moved to another row opens nothing there.
 */
import { z } from 'zod';
import type { Context } from '../../context.js';
import type { Authorization } from '../../store/authorizations.js';
import { digest } from '../../store/digest.js';
import { sealedPlace } from '../../store/sealed-places.js';
import { tokenAnswer, type TokenAnswer } from './issued-tokens.js';

const successorSchema = z.object({ access: z.string(), refresh: z.string() });

type Predecessor = Pick<Authorization, 'id' | 'linkId'>;

export function sealSuccessor(
  { sealer }: Context,
  { id, linkId }: Predecessor,
  refreshDigest: string,
  { access_token: access, refresh_token: refresh }: TokenAnswer,
): string {
  return sealer.seal(
    JSON.stringify({ access, refresh }),
    sealedPlace.successorTokens(linkId, id, refreshDigest),
  );
}

export interface Successor {
  answer: TokenAnswer;
  scopes: string[];
  /** Its refresh token has a successor itself. */
  isUsed: boolean;
}

/** Undefined when it is gone. */
export async function openSuccessor(
  { sealer, store, config }: Context,
  { id, linkId }: Predecessor,
  refreshDigest: string,
  sealed: string,
): Promise<Successor | undefined> {
  const text = sealer.open(sealed, sealedPlace.successorTokens(linkId, id, refreshDigest));
  const { access, refresh } = successorSchema.parse(JSON.parse(text));
  const found = await store.authorizations.findByRefreshToken(digest(refresh));
  if (!found) return undefined;
  const { tokens } = found;
  return {
    answer: tokenAnswer(access, refresh, tokens, config.clock()),
    scopes: tokens.scopes,
    isUsed: tokens.rotation !== null,
  };
}
