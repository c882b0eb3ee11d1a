/** Everything that tokens of a link belong to, with the names that must be unique over all links. */
import type { Link } from './store.js';

export function credentialsOf({ incoming, clients }: Link): { id: string; key: string }[] {
  return [
    ...incoming.map(({ id, key }) => ({ id, key })),
    ...clients.map(({ id, clientId }) => ({ id, key: clientId })),
  ];
}
