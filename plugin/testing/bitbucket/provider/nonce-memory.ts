/**
 * Which nonces were seen (applinks-oauth1.md 6.7): consumer and nonce for 60 s, whatever the timestamp and token; the
 * library beneath remembers timestamp, nonce, consumer and token for as long as it accepts the timestamp.
 */
export interface Seen {
  consumerKey: string;
  nonce: string;
  timestamp: string;
  token: string;
}

export interface NonceMemory {
  /** False when it was seen before; otherwise it is now. */
  remember(seen: Seen, nowMs: number): boolean;
}

const pairMs = 60_000;
const libraryMs = 600_000;

export function createNonceMemory(): NonceMemory {
  const untilMs = new Map<string, number>();
  const isKnown = (key: string, nowMs: number): boolean => (untilMs.get(key) ?? 0) > nowMs;
  return {
    remember: ({ consumerKey, nonce, timestamp, token }, nowMs) => {
      const pair = JSON.stringify([consumerKey, nonce]);
      const whole = JSON.stringify([consumerKey, nonce, timestamp, token]);
      if (isKnown(pair, nowMs) || isKnown(whole, nowMs)) return false;
      for (const [key, until] of untilMs) if (until <= nowMs) untilMs.delete(key);
      untilMs.set(pair, nowMs + pairMs).set(whole, nowMs + libraryMs);
      return true;
    },
  };
}
