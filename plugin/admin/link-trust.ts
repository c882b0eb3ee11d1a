/**
 * Smaller decisions of an administrator about a link: which one of its type is the primary one, and whether another key
 * that the peer now shows is believed. Until it is accepted, the key that the link was made with counts.
 */
import type { Context } from '../context.js';
import { ApplinksError } from '../errors.js';
import type { Link } from '../store/store.js';
import { notFound, type ChangeLink } from './link-change.js';

export interface LinkTrust {
  /** The others of its type are not primary any more. */
  makePrimary(linkId: string, by: string | null): Promise<Link>;
  /** @throws ApplinksError `conflict` when the peer offers no other key, or not this one */
  acceptKey(linkId: string, credentialId: string, publicKey: string, by: string | null): Promise<Link>;
  refuseKey(linkId: string, credentialId: string, by: string | null): Promise<Link>;
}

export function createLinkTrust({ store }: Context, change: ChangeLink): LinkTrust {
  const decideKey = (
    linkId: string,
    credentialId: string,
    by: string | null,
    keyAfter: (offered: string, present: string) => string,
  ): Promise<Link> =>
    change(
      linkId,
      (link) => {
        const credential = link.incoming.find(({ id }) => id === credentialId) ?? notFound('consumer');
        if (credential.kind !== 'oauth1-rsa' || credential.offeredPublicKey === null)
          throw new ApplinksError(
            'conflict',
            409,
            'The other application shows no other key. Reload the page.',
          );
        const publicKey = keyAfter(credential.offeredPublicKey, credential.publicKey);
        const decided = { ...credential, publicKey, offeredPublicKey: null };
        return { ...link, incoming: link.incoming.map((other) => (other === credential ? decided : other)) };
      },
      by,
    );
  return {
    makePrimary: async (linkId, by) => {
      const link = await change(linkId, (current) => ({ ...current, primary: true }), by);
      const others = (await store.links.list()).filter(
        ({ id, type, primary }) => id !== linkId && type === link.type && primary,
      );
      for (const { id } of others) await change(id, (other) => ({ ...other, primary: false }), by);
      return link;
    },
    acceptKey: (linkId, credentialId, publicKey, by) =>
      decideKey(linkId, credentialId, by, (offered) => {
        if (offered === publicKey) return offered;
        throw new ApplinksError(
          'conflict',
          409,
          'The other application shows yet another key now. Reload the page.',
        );
      }),
    refuseKey: (linkId, credentialId, by) =>
      decideKey(linkId, credentialId, by, (_offered, present) => present),
  };
}
