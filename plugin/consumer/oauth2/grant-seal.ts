/** Opens and seals what is kept of a grant, bound to link, connection and user (part 7, row 27). */
import type { Context } from '../../context.js';
import type { Grant } from '../../store/outgoing.js';
import { sealedPlace } from '../../store/sealed-places.js';
import { grantDocumentSchema, type GrantDocument } from './grant-document.js';
import type { OpenOAuth2Grant } from './grant-place.js';

export interface GrantSeal {
  opened: (grant: Grant) => OpenOAuth2Grant;
  withDocument: (grant: Grant, document: GrantDocument) => Grant;
}

export function createGrantSeal({ sealer }: Pick<Context, 'sealer'>): GrantSeal {
  const placeOf = ({ linkId, connectionId, userId }: Grant): string =>
    sealedPlace.grant(linkId, connectionId, userId);
  return {
    opened: (grant) => ({
      grant,
      document: grantDocumentSchema.parse(JSON.parse(sealer.open(grant.sealedDocument, placeOf(grant)))),
    }),
    withDocument: (grant, document) => ({
      ...grant,
      sealedDocument: sealer.seal(JSON.stringify(document), placeOf(grant)),
    }),
  };
}
