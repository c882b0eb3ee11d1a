/** A few at once, until nothing is left or the work is to end; so that one slow server does not keep all others waiting. */
const lanes = 4;

/** @param step does one piece of work; false when there was none. */
export async function inLanes(signal: AbortSignal, step: () => Promise<boolean>): Promise<void> {
  const lane = async (): Promise<void> => {
    while (!signal.aborted && (await step()));
  };
  await Promise.all(Array.from({ length: lanes }, lane));
}
