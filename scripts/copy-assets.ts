/** Views, styles and browser scripts are not TypeScript: the build carries them over beside the compiled code. */
import { cpSync, existsSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..', '..');

for (const folder of ['plugin/views', 'plugin/public', 'sample-app/views', 'sample-app/public']) {
  const source = join(root, folder);
  if (existsSync(source)) cpSync(source, join(root, 'dist', folder), { recursive: true });
}
