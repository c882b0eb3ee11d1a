/** Closes the profiles that a test opened after that test, and the browser at the end of the run. */
import { closeChromium, closeProfiles, countProfiles } from './chromium.js';

let openedBefore = 0;

export const mochaHooks = {
  beforeEach(): void {
    openedBefore = countProfiles();
  },
  async afterEach(): Promise<void> {
    await closeProfiles(openedBefore);
  },
  async afterAll(): Promise<void> {
    await closeChromium();
  },
};
