/**
 * How we call a server that is no Atlassian product: by a consumer key and a shared secret that its administrator gave,
 * at three addresses (applinks-oauth1.md 3.1). The secret is sealed at once and shown on no page.
 */
import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import type { Context } from '../context.js';
import { InvalidInput } from '../errors.js';
import { isCallbackUrl } from '../http/callback-url.js';
import { sealedPlace } from '../store/sealed-places.js';
import type { Connection, Link } from '../store/store.js';
import type { ChangeLink } from './link-change.js';
import { readInput } from './link-input.js';

const address = z
  .string('Enter an http or https URL.')
  .trim()
  .refine(isCallbackUrl, 'Enter an http or https URL with a host, without fragment, user name or password.');
const word = (what: string) =>
  z
    .string(`Enter ${what}.`)
    .min(1, `Enter ${what}.`)
    .max(255, 'Use at most 255 characters.')
    .regex(/^[^\p{C}\p{Zl}\p{Zp}]*$/u, 'Use printable characters only.');

export const manualOutgoingInput = z.strictObject(
  {
    consumerKey: word('the consumer key').trim(),
    sharedSecret: word('the shared secret').optional(),
    signatureMethod: z.enum(['HMAC-SHA1', 'HMAC-SHA256'], 'Choose a signature method.').default('HMAC-SHA1'),
    requestTokenUrl: address,
    accessTokenUrl: address,
    authorizeUrl: address.refine((url) => !url.includes('?'), 'Enter it without a query.'),
  },
  'Describe the connection by an object.',
);

export type ManualOutgoingInput = z.input<typeof manualOutgoingInput>;

/** Without a new secret the former one stays. @throws InvalidInput, ApplinksError `not_found`, `conflict` */
export type SetManualOutgoing = (linkId: string, input: unknown, by: string | null) => Promise<Link>;

export function createSetManualOutgoing({ sealer, config }: Context, change: ChangeLink): SetManualOutgoing {
  return async (linkId, input, by) => {
    const { sharedSecret, consumerKey, signatureMethod, ...urls } = readInput(manualOutgoingInput, input);
    return change(
      linkId,
      (link) => {
        const known = link.outgoing.find(({ kind }) => kind === 'oauth1-manual');
        const id = known?.id ?? randomUUID();
        const sealedSecret =
          sharedSecret === undefined
            ? (known?.sealedSecret ?? null)
            : sealer.seal(sharedSecret, sealedPlace.connectionSecret(linkId, id));
        if (sealedSecret === null) throw new InvalidInput({ sharedSecret: ['Enter the shared secret.'] });
        const connection: Connection = {
          id,
          kind: 'oauth1-manual',
          preferred: known?.preferred ?? link.outgoing.length === 0,
          levels: { threeLegged: true, twoLegged: known?.levels.twoLegged ?? false, impersonation: false },
          signingKeyId: null,
          settings: {
            'consumerKey.outbound': consumerKey,
            signatureMethod,
            'serviceProvider.requestTokenUrl': urls.requestTokenUrl,
            'serviceProvider.accessTokenUrl': urls.accessTokenUrl,
            'serviceProvider.authorizeUrl': urls.authorizeUrl,
          },
          sealedSecret,
          createdAtMs: known?.createdAtMs ?? config.clock(),
        };
        const others = link.outgoing.filter((other) => other !== known);
        return { ...link, outgoing: [...others, connection] };
      },
      by,
    );
  };
}
