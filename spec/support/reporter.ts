/** Mocha's spec reporter, closed by the plain line `N passed, N failed` that CI counts. */
import Mocha from 'mocha';

export default class PlainCountReporter extends Mocha.reporters.Spec {
  override done(failures: number, end?: (failures: number) => void): void {
    const { passes, pending } = this.stats;
    const skipped = pending > 0 ? `, ${pending} skipped` : '';
    console.log(`${passes} passed, ${this.stats.failures} failed${skipped}`);
    end?.(failures);
  }
}
