/** Single values that the kit keeps; part of the contract of every store, see store.ts. */

/** Values made once per installation, such as the server id and sealed keys. */
export interface SettingsStore {
  get(name: string): Promise<string | undefined>;
  /** Stores the value unless there is one, and returns the one that counts, so that two processes agree. */
  putIfAbsent(name: string, value: string): Promise<string>;
  /** Puts `value` in the place of `expected`; false, and no change, when another value (or none) is stored. */
  replace(name: string, expected: string, value: string): Promise<boolean>;
}

export interface NonceStore {
  /** True exactly once per key until `expiresAtMs` has been swept, whatever the number of processes. */
  use(key: string, expiresAtMs: number): Promise<boolean>;
}
