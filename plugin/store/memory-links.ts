/** Links of the memory store. */
import { ApplinksError } from '../errors.js';
import { linkExists } from './link-exists.js';
import { credentialsOf } from './link-credentials.js';
import type { Link, LinkStore } from './store.js';

/** @param onChange hears after each change which links there are. */
export function memoryLinks(onChange: (links: readonly Link[]) => void): LinkStore {
  const links = new Map<string, Link>();

  const requireFreeKeys = (link: Link): void => {
    const others = [...links.values()].filter(({ id }) => id !== link.id);
    const keys = [link, ...others].flatMap(credentialsOf).map(({ key }) => key);
    if (new Set(keys).size === keys.length) return;
    throw new ApplinksError('consumer_key_taken', 409, 'This consumer key belongs to another link already.');
  };
  const requireFreeIds = (link: Link): void => {
    const others = [...links.values()].filter(({ id }) => id !== link.id);
    const ids = [link, ...others].flatMap((one) =>
      [...credentialsOf(one), ...one.outgoing].map((part) => part.id),
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
    findByClientId: (clientId) => {
      for (const link of links.values()) {
        const client = link.clients.find((candidate) => candidate.clientId === clientId);
        if (client) return Promise.resolve(structuredClone({ link, client }));
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
