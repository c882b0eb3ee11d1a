/** Order of applinks versions, for the thresholds of applinks-oauth1.md 1.2. */

const numbers = (version: string): number[] => version.split('.').slice(0, 3).map(Number);

/** An unknown version is below everything. */
export function isAtLeast(version: string | undefined, wanted: string): boolean {
  if (version === undefined) return false;
  const given = numbers(version);
  for (const [at, least] of numbers(wanted).entries()) {
    const number = given[at] ?? 0;
    if (number !== least) return number > least;
  }
  return true;
}
