/** A folder that the suite using it removes when it ends. Builds of another user can get through it. */
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Call it in a `describe`; the path is there from `before` on. */
export function temporaryFolder(): { path: string } {
  const folder = { path: '' };
  before(async () => {
    folder.path = await mkdtemp(join(tmpdir(), 'applinks-sample-'));
    await chmod(folder.path, 0o711);
  });
  after(() => rm(folder.path, { recursive: true, force: true }));
  return folder;
}
