/** Links of the memory store. */
import { ApplinksError } from '../errors.js';
import { linkExists } from './link-exists.js';
import type { Link, LinkStore } from './store.js';

/** @param onChange hears after each change which links there are. */
export function memoryLinks(onChange: (links: readonly Link[]) => void): LinkStore {
  const links = new Map<string, Link>();

  const requireFreeKeys = ({ id, incoming }: Link): void => {
    const others = [...links.values()].filter((other) => other.id !== id).flatMap((other) => other.incoming);
    const keys = [...others, ...incoming].map(({ key }) => key);
    if (new Set(keys).size === keys.length) return;
    throw new ApplinksError('consumer_key_taken', 409, 'This consumer key belongs to another link already.');
  };
  const requireFreeIds = ({ id, incoming, outgoing }: Link): void => {
    const others = [...links.values()].filter((other) => other.id !== id);
    const ids = [{ incoming, outgoing }, ...others].flatMap((link) =>
      [...link.incoming, ...link.outgoing].map((part) => part.id),
    );
    if (new Set(ids).size < ids.length)
      throw new Error('A credential or connection of this id exists already.');
  };
  const put = (link: Link): void => {
    links.set(link.id, structuredClone(link));
    announce();
  };
  const announce = (): void => onChange([...links.values()]);
  const requireFreeApplication = ({ id, applicationId }: Link): void => {
    const isTaken = [...links.values()].some(
      (other) => other.id !== id && other.applicationId !== null && other.applicationId === applicationId,
    );
    if (isTaken) throw linkExists();
  };

  return {
    list: () => {
      const oldestFirst = [...links.values()].sort((a, b) => a.createdAtMs - b.createdAtMs);
      return Promise.resolve(structuredClone(oldestFirst));
    },
    get: (id) => Promise.resolve(structuredClone(links.get(id))),
    findByConsumerKey: (key) => {
      for (const link of links.values()) {
        const credential = link.incoming.find((candidate) => candidate.key === key);
        if (credential) return Promise.resolve(structuredClone({ link, credential }));
      }
      return Promise.resolve(undefined);
    },
    create: async (link) => {
      if (links.has(link.id)) throw new Error('A link of this id exists already.');
      requireFreeApplication(link);
      requireFreeKeys(link);
      requireFreeIds(link);
      put(link);
      return Promise.resolve();
    },
    update: async (link) => {
      if (links.get(link.id)?.revision !== link.revision) return Promise.resolve(false);
      requireFreeApplication(link);
      requireFreeKeys(link);
      requireFreeIds(link);
      put({ ...link, revision: link.revision + 1 });
      return Promise.resolve(true);
    },
    remove: (id) => {
      const isRemoved = links.delete(id);
      announce();
      return Promise.resolve(isRemoved);
    },
  };
}
