/** A store that writes down everything it is given, to look for what it must not be given. */
import type { Store } from 'express-applinks';

export interface WatchedStore {
  store: Store;
  /** JSON of all arguments of all verbs, so far. */
  given(): string;
}

export function watchedStore(inner: Store): WatchedStore {
  const calls: unknown[][] = [];
  const watchVerbs = <T extends object>(target: T): T =>
    new Proxy(target, {
      get: (owner, name, receiver) => {
        const value: unknown = Reflect.get(owner, name, receiver);
        if (typeof value === 'object' && value !== null) return watchVerbs(value);
        if (typeof value !== 'function') return value;
        return (...args: unknown[]): unknown => {
          calls.push(args);
          return Reflect.apply(value, owner, args);
        };
      },
    });
  return { store: watchVerbs(inner), given: () => JSON.stringify(calls) };
}
