/** A folder for the suite that asks for it. Builds of another user can get through it. */
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * Call it in a `describe`; the path is there from `before` on.
 * @param close ends what works in the folder, before it is removed: hooks run in the order of their registration.
 */
export function temporaryFolder(close: () => unknown = () => undefined): { path: string } {
  const folder = { path: '' };
  before(async () => {
    folder.path = await mkdtemp(join(tmpdir(), 'applinks-sample-'));
    await chmod(folder.path, 0o711);
  });
  after(async () => {
    try {
      await close();
    } finally {
      await rm(folder.path, { recursive: true, force: true });
    }
  });
  return folder;
}
