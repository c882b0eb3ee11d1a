/** The package as npm would publish it: what is in it, and a project that has it installed. */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

export const checkout = join(import.meta.dirname, '..', '..', '..');

/** npm without its checks of the registry, and with a cache only where the caller says so. */
const npmEnvironment = {
  ...process.env,
  npm_config_audit: 'false',
  npm_config_fund: 'false',
  npm_config_update_notifier: 'false',
};

export function npm(folder: string, ...npmArguments: string[]): Promise<{ stdout: string; stderr: string }> {
  return run('npm', npmArguments, { cwd: folder, env: npmEnvironment, maxBuffer: 1 << 24 });
}

/** What a project installs beside the package. */
const installedBeside = ['express', 'express-session', 'passport', '@types'];

/** Packs the checkout as it is built now. @returns paths of the packed files; the tarball is `folder`/`name`. */
export async function pack(folder: string): Promise<{ name: string; files: string[] }> {
  const { stdout: said } = await npm(
    checkout,
    'pack',
    '--json',
    '--ignore-scripts',
    '--pack-destination',
    folder,
  );
  const [packed] = Object.values(
    JSON.parse(said) as Record<string, { filename: string; files: { path: string }[] }>,
  );
  if (!packed) throw new Error(`npm pack said: ${said}`);
  return { name: packed.filename, files: packed.files.map(({ path }) => path) };
}

/** Unpacks the tarball as node_modules/express-applinks of a project, whose other packages are those of the checkout. */
export async function unpackIntoProject(project: string, tarball: string): Promise<void> {
  const modules = join(project, 'node_modules');
  const target = join(modules, 'express-applinks');
  await mkdir(target, { recursive: true });
  await run('tar', ['-xzf', tarball, '-C', target, '--strip-components=1']);
  // The package looks for its dependencies upwards from its own folder.
  await symlink(join(checkout, 'node_modules'), join(target, 'node_modules'));
  for (const name of installedBeside) {
    await symlink(join(checkout, 'node_modules', name), join(modules, name));
  }
}

/** The checkout itself in the place of an installed package. */
export async function linkIntoProject(project: string): Promise<void> {
  const modules = join(project, 'node_modules');
  await mkdir(modules, { recursive: true });
  await symlink(checkout, join(modules, 'express-applinks'));
  for (const name of installedBeside)
    await symlink(join(checkout, 'node_modules', name), join(modules, name));
}

export interface CompilerOptions {
  module: 'nodenext' | 'esnext';
  moduleResolution: 'nodenext' | 'bundler';
}

/** A strict project that compiles `files`; writes JavaScript beside them. */
export async function writeProject(
  folder: string,
  files: Readonly<Record<string, string>>,
  options: CompilerOptions = { module: 'nodenext', moduleResolution: 'nodenext' },
): Promise<void> {
  const compilerOptions = {
    ...options,
    target: 'es2023',
    lib: ['es2023'],
    types: ['node'],
    strict: true,
    exactOptionalPropertyTypes: true,
    noUncheckedIndexedAccess: true,
    verbatimModuleSyntax: true,
    skipLibCheck: true,
  };
  await mkdir(folder, { recursive: true });
  const description = join(folder, 'package.json');
  if (!existsSync(description)) await writeFile(description, '{ "private": true, "type": "module" }');
  await writeFile(
    join(folder, 'tsconfig.json'),
    JSON.stringify({ compilerOptions, files: Object.keys(files) }),
  );
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
}

/** What the compiler complains of; '' when all is well. */
export async function compile(project: string): Promise<string> {
  const compiler = join(checkout, 'node_modules', 'typescript', 'bin', 'tsc');
  try {
    await run(process.execPath, [compiler, '--project', project, '--preserveSymlinks']);
    return '';
  } catch (error) {
    return (error as { stdout?: string }).stdout ?? String(error);
  }
}
