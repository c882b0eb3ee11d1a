/**
 * Who may call the stand-in (applinks-oauth1.md 3.1, part 4). Consumers are stored by key, for all links together: a
 * second link that delivers the same key overwrites the first one's, and deleting either removes it for both.
 */
import type { RemoteConsumer } from './remote-consumer-info.js';
import type { TwoLeggedFlags } from './oauth-levels.js';

export interface IncomingConsumer extends RemoteConsumer, TwoLeggedFlags {
  executingTwoLOUser: string | undefined;
}

export interface ConsumerStore {
  ofLink(linkId: string): IncomingConsumer | undefined;
  byKey(key: string): IncomingConsumer | undefined;
  put(linkId: string, consumer: IncomingConsumer): void;
  /** The key of the consumer that is gone now. */
  remove(linkId: string): string | undefined;
}

export function createConsumerStore(): ConsumerStore {
  const consumers = new Map<string, IncomingConsumer>();
  const keys = new Map<string, string>();
  return {
    ofLink: (linkId) => consumers.get(keys.get(linkId) ?? ''),
    byKey: (key) => consumers.get(key),
    put: (linkId, consumer) => {
      consumers.set(consumer.key, consumer);
      keys.set(linkId, consumer.key);
    },
    remove: (linkId) => {
      const key = keys.get(linkId);
      keys.delete(linkId);
      if (key !== undefined) consumers.delete(key);
      return key;
    },
  };
}
