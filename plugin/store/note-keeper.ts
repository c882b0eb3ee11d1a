/** Observations that a flood of requests can cause, a refusal as well as a use: one of each link is written at a distance, so that it costs nothing. */
import type { Store } from './store.js';

export interface NoteKeeperDependencies {
  store: Pick<Store, 'notes'>;
  config: { clock: () => number; logger: { warn(fields: object, message: string): void } };
}

/** Never throws and never waits: what is observed has an answer of its own to give. */
export type KeepNote = (linkId: string, describe?: () => object) => void;

const intervalMs = 10_000;
const mostLinks = 1000;

export function createNoteKeeper(
  { store, config: { clock, logger } }: NoteKeeperDependencies,
  kind: string,
): KeepNote {
  const lastMs = new Map<string, number>();
  return (linkId, describe = () => ({})) => {
    const atMs = clock();
    if (atMs - (lastMs.get(linkId) ?? -Infinity) < intervalMs) return;
    if (lastMs.size >= mostLinks) lastMs.clear();
    lastMs.set(linkId, atMs);
    store.notes
      .put({ linkId, kind, document: JSON.stringify(describe()), atMs })
      .catch((error: unknown) => logger.warn({ err: error }, 'express-applinks: a note was not kept'));
  };
}
