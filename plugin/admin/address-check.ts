/**
 * Whoever changes the address at which we call a peer decides who gets our users' calls (applinks-oauth1.md 9.2). So a
 * new address of a known installation is asked for its id first, and another one is refused unless that is confirmed.
 */
import { z } from 'zod';
import { InvalidInput, PeerUnreachable } from '../errors.js';
import type { LinkService } from './link-service.js';
import type { Discovery } from './linking/context.js';

const change = z.looseObject({ rpcUrl: z.string().optional(), confirmAddress: z.boolean().optional() });

export interface CheckedLinkService extends LinkService {
  /** What `update` asks before it writes. @throws InvalidInput */
  checkAddress(id: string, input: unknown): Promise<void>;
}

/** The same service, with the check in front of `update`; `confirmAddress: true` in the input skips it. */
export function withAddressCheck(links: LinkService, discovery: Discovery): CheckedLinkService {
  const checkAddress = async (id: string, input: unknown): Promise<void> => {
    const asked = change.safeParse(input);
    const { rpcUrl, confirmAddress = false } = asked.success ? asked.data : {};
    const link = await links.get(id);
    const isMoved = rpcUrl !== undefined && rpcUrl.replace(/\/+$/, '') !== link.rpcUrl;
    if (isMoved && link.applicationId !== null && !confirmAddress)
      await requireSame(discovery, rpcUrl.replace(/\/+$/, ''), link.applicationId);
  };
  return {
    ...links,
    checkAddress,
    update: async (id, input, by) => {
      await checkAddress(id, input);
      return links.update(id, withoutConfirmation(input), by);
    },
  };
}

async function requireSame(discovery: Discovery, rpcUrl: string, applicationId: string): Promise<void> {
  const refuse = (why: string): never => {
    throw new InvalidInput({ rpcUrl: [`${why} Confirm the address if you are sure.`] });
  };
  try {
    const { id } = await discovery.manifest(rpcUrl);
    if (id !== applicationId) refuse('Another installation answers there.');
  } catch (error) {
    if (!(error instanceof PeerUnreachable)) throw error;
    refuse(error.message);
  }
}

function withoutConfirmation(input: unknown): unknown {
  if (typeof input !== 'object' || input === null || !('confirmAddress' in input)) return input;
  return Object.fromEntries(Object.entries(input).filter(([name]) => name !== 'confirmAddress'));
}
