/** What a test of a link found to be wrong: ends the test, since all that follows has the same cause. */
import type { StatusType } from './status-types.js';

export interface Trouble {
  type: StatusType;
  answer?: string | undefined;
}

export class Found extends Error {
  constructor(readonly trouble: Trouble) {
    super(trouble.type);
  }
}
