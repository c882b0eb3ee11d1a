/** Why a build ends without success, as the sentence that its page shows; also the reason of its abort signal. */
import type { Outcome } from './build.js';

export class BuildFailure extends Error {
  constructor(
    message: string,
    readonly status: Outcome['status'] = 'failed',
  ) {
    super(message);
    this.name = 'BuildFailure';
  }
}
