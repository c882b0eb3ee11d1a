/** One at a time per key, in order of arrival: what a node of the original has, and a cluster does not (oauth2.md 1.7). */
export interface KeyedLocks {
  run<Result>(key: string, act: () => Promise<Result>): Promise<Result>;
}

export function createKeyedLocks(): KeyedLocks {
  const last = new Map<string, Promise<unknown>>();
  return {
    run: (key, act) => {
      const mine = (last.get(key) ?? Promise.resolve()).then(act);
      const settled = mine.catch(() => undefined);
      last.set(key, settled);
      void settled.then(() => last.get(key) === settled && last.delete(key));
      return mine;
    },
  };
}
