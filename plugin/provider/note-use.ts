/** Uses of a token are noted at a distance, so that reading requests do not all write. */
const intervalMs = 60_000;

export function isUseToBeNoted(lastUsedAtMs: number | null, nowMs: number): boolean {
  return lastUsedAtMs === null || nowMs - lastUsedAtMs > intervalMs;
}
