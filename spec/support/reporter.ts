/**
 * Mocha's spec reporter, closed by the plain line `N passed, N failed` that CI counts. Under scripts/test.ts, which
 * adds its own checks to the count, the numbers go to the file that it names instead.
 */
import { writeFileSync } from 'node:fs';
import Mocha from 'mocha';

class CountReporter extends Mocha.reporters.Spec {
  override done(failures: number, end?: (failures: number) => void): void {
    const { passes, pending, failures: failed } = this.stats;
    const countsFile = process.env.APPLINKS_COUNTS_FILE;
    if (countsFile) writeFileSync(countsFile, JSON.stringify({ passed: passes, failed, skipped: pending }));
    else console.log(`${passes} passed, ${failed} failed${pending > 0 ? `, ${pending} skipped` : ''}`);
    end?.(failures);
  }
}

// Mocha loads its reporter by require(), and this name is what require() of an ES module then returns.
export { CountReporter as 'module.exports' };
