/**
 * Steps that can be taken back. What was done is undone in reverse order when a later step fails; what cannot be undone
 * is told with the place where to remove it, so that no half link stays unnoticed.
 */
import { LinkingFailed, type LeftBehind } from '../../errors.js';

export interface Undoable {
  /** What would stay behind, and where it is removed by hand. */
  left: LeftBehind;
  /**
   * Without one it is always told: what an existing link had before is not ours to guess. When it answers what it kept,
   * that is told in its place.
   */
  undo?: () => Promise<LeftBehind | undefined>;
}

export interface Steps {
  /** Runs a step by its name, for the sentence about what failed. */
  step: <T>(name: string, run: () => Promise<T>) => Promise<T>;
  undoLater: (undoable: Undoable) => void;
}

/** @throws LinkingFailed with what failed and what is left */
export async function withUndo<T>(run: (steps: Steps) => Promise<T>): Promise<T> {
  const done: Undoable[] = [];
  let current = 'beginning';
  try {
    return await run({
      step: (name, act) => {
        current = name;
        return act();
      },
      undoLater: (undoable) => void done.push(undoable),
    });
  } catch (error) {
    throw new LinkingFailed(current, error, await undoAll(done));
  }
}

async function undoAll(done: Undoable[]): Promise<LeftBehind[]> {
  const left: LeftBehind[] = [];
  for (const { undo, left: behind } of done.reverse()) {
    const kept = undo ? await undo().catch(() => behind) : behind;
    if (kept) left.push(kept);
  }
  return left;
}
