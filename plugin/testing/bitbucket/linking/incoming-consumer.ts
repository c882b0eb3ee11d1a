/**
 * Who may call the stand-in by way of a link (applinks-oauth1.md 3.1, part 4). Consumers are stored by key, for all
 * links together: a second link that delivers the same key overwrites the first one's, and deleting either link removes
 * it for both.
 */
import { removeConsumer, type IncomingConsumer, type Link, type State } from '../state.js';
import type { RemoteConsumer } from './remote-consumer-info.js';

export interface TwoLeggedFlags {
  twoLegged: boolean;
  impersonation: boolean;
  executingUser?: string | undefined;
}

export const consumerOf = ({ consumers }: State, link: Link): IncomingConsumer | undefined =>
  consumers.get(link.incomingKey ?? '') ?? [...consumers.values()].find(({ linkId }) => linkId === link.id);

export function storeConsumer(
  state: State,
  link: Link,
  { key, name, publicKey, description, callback }: RemoteConsumer,
  { twoLegged, impersonation, executingUser }: TwoLeggedFlags,
): void {
  state.consumers.set(key, {
    ...{ key, name, publicKey, threeLegged: true, twoLegged, impersonation, executingUser, linkId: link.id },
    ...(description !== undefined && { description }),
    ...(callback !== undefined && { callback }),
  });
  link.incomingKey = key;
}

/** The consumer goes, with all tokens issued to it. */
export function removeIncoming(state: State, link: Link): void {
  const key = consumerOf(state, link)?.key;
  delete link.incomingKey;
  if (key !== undefined) removeConsumer(state, key);
}
