/**
 * How a peer describes itself when it registers here: the link entity of applinks-oauth1.md 2.1. Everything in it was
 * typed or sent from outside, so it is bounded and checked; unknown keys are ignored, as Atlassian does.
 */
import { z } from 'zod';
import { isCallbackUrl } from '../../http/callback-url.js';

/** Types that an Atlassian installation has (1.5); a type that nobody knows is refused with 400, as there. */
export const applicationTypes = [
  'generic',
  'stash',
  'jira',
  'confluence',
  'bamboo',
  'fecru',
  'crowd',
  'refapp',
] as const;

const httpUrl = z
  .string()
  .trim()
  .refine(isCallbackUrl, 'must be an http or https address without user name, password and fragment')
  .refine((url) => !url.includes('?'), 'must have no query')
  .transform((url) => url.replace(/\/+$/, ''));

/** Server ids are UUIDs; they are compared in lower case. */
export const serverId = z.guid('must be a UUID').transform((id) => id.toLowerCase());

export const peerDescription = z.object({
  id: serverId,
  typeId: z.enum(applicationTypes, `must be one of ${applicationTypes.join(', ')}`),
  name: z
    .string('is required')
    .trim()
    .min(1, 'is required')
    .max(255, 'must have at most 255 characters')
    .regex(/^[^\p{C}\p{Zl}\p{Zp}]*$/u, 'must be printable'),
  rpcUrl: httpUrl.optional(),
  displayUrl: httpUrl.optional(),
});

export interface PeerDescription {
  id: string;
  typeId: string;
  name: string;
  rpcUrl: string;
  displayUrl: string;
}

/** The description, or sentences that say what is wrong with it. If only one of the two URLs is given, it is both. */
export function readPeerDescription(input: unknown): PeerDescription | string[] {
  const result = peerDescription.safeParse(input);
  if (!result.success)
    return result.error.issues.map(
      ({ path, message }) => `${path.map(String).join('.') || 'The body'} ${message}.`,
    );
  const { rpcUrl, displayUrl, ...rest } = result.data;
  const rpc = rpcUrl ?? displayUrl;
  if (rpc === undefined) return ['rpcUrl is required.'];
  return { ...rest, rpcUrl: rpc, displayUrl: displayUrl ?? rpc };
}
