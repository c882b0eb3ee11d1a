/**
 * `npm test` and, with --long, `npm run test:long`: specs, lint and format at the same time, then a look at what
 * the run left behind. Everything runs with a temporary folder of its own, which must be empty in the end. Closes
 * with the one line `N passed, N failed`; lint, format and each kind of trace count as one check.
 *
 * Further arguments go to mocha: `npm test -- --grep consent`, `npm test -- dist/spec/architecture.spec.js`.
 */
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { chmodSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { constants, setPriority, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { accountsState, findProcesses, markerName, removeFolder, unknownFiles } from './traces.js';

interface Counts {
  passed: number;
  failed: number;
  skipped: number;
}

const root = join(import.meta.dirname, '..', '..');
const given = process.argv.slice(2);
const long = given.includes('--long');
const everySpec = long
  ? ['dist/spec/long/**/*.spec.js', '--timeout', '300000']
  : ['dist/spec/**/*.spec.js', '--ignore', 'dist/spec/long/**'];
const chosen = given.filter((argument) => argument !== '--long');
const mochaArguments = [
  ...(chosen.some((argument) => argument.startsWith('dist/spec/')) ? [] : everySpec),
  ...chosen,
];

const marker = randomUUID();
const folder = mkdtempSync(join(tmpdir(), 'applinks-test-'));
// Not secret, and the unprivileged user that PostgreSQL and builds run as has to get through to its own folders.
chmodSync(folder, 0o711);
const countsFile = join(folder, 'counts.json');
const environment = {
  ...process.env,
  TMPDIR: folder,
  // Tools that cache their compiled code do so in the temporary folder.
  NODE_DISABLE_COMPILE_CACHE: '1',
  [markerName]: marker,
  APPLINKS_COUNTS_FILE: countsFile,
  APPLINKS_WHOLE_SUITE: long || chosen.length > 0 ? '' : 'yes',
};

const exitGraceMs = Number(process.env.APPLINKS_EXIT_GRACE_MS ?? 5000);
const total: Counts = { passed: 0, failed: 0, skipped: 0 };

process.once('exit', cleanUp);
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.once(signal, () => process.exit(128 + constants.signals[signal]));
}

const accountsBefore = accountsState();
const filesBefore = unknownFiles(root);
const [lint, format] = long
  ? []
  : [
      quietly('eslint', ['.', '--max-warnings', '0']),
      quietly('prettier', ['--check', '--log-level', 'warn', '.']),
    ];
await specs();
if (lint) check('eslint finds nothing', await lint);
if (format) check('every file is formatted', await format);
const left = await remainingProcesses();
check('no process is left', left.map(({ pid, command }) => `${pid} ${command}`).join('\n'));
check('no file is left in the temporary folder', readdirSync(folder).join('\n'));
check('no file is left in the checkout', newFiles().join('\n'));
check(
  'the accounts of the machine are unchanged',
  accountsState() === accountsBefore ? '' : 'see /etc/passwd',
);
console.log(
  `\n${total.passed} passed, ${total.failed} failed${total.skipped > 0 ? `, ${total.skipped} skipped` : ''}`,
);
process.exit(total.failed > 0 || total.passed === 0 ? 1 : 0);

/** Runs mocha on our own terminal; a run that stays alive after its last spec has left something open. */
async function specs(): Promise<void> {
  const mocha = start('mocha', mochaArguments, 'inherit');
  const ended = exitOf(mocha);
  const lastSpec = (async () => {
    while (!existsSync(countsFile) && mocha.exitCode === null && mocha.signalCode === null) await sleep(200);
    await sleep(exitGraceMs, undefined, { ref: false });
    return undefined;
  })();
  const status = await Promise.race([ended, lastSpec]);
  if (!existsSync(countsFile)) {
    check('mocha runs to its end', `It stopped before the last spec (${status ?? 'no exit status'}).`);
    return;
  }
  const counts = JSON.parse(readFileSync(countsFile, 'utf8')) as Counts;
  rmSync(countsFile);
  total.passed += counts.passed;
  total.failed += counts.failed;
  total.skipped += counts.skipped;
  const hanging = `A handle is still open ${exitGraceMs / 1000} s after the last spec: server, timer or connection.`;
  check('the specs end by themselves', status === undefined ? hanging : '');
  if (status === undefined) mocha.kill('SIGKILL');
  await ended;
}

/** The output of a command that failed, '' of one that succeeded. It yields to the specs, which have deadlines. */
async function quietly(tool: string, toolArguments: string[]): Promise<string> {
  const child = start(tool, toolArguments, 'pipe');
  if (child.pid !== undefined) setPriority(child.pid, 10);
  const output: Buffer[] = [];
  child.stdout?.on('data', (chunk: Buffer) => output.push(chunk));
  child.stderr?.on('data', (chunk: Buffer) => output.push(chunk));
  const status = await exitOf(child);
  return status === 0 ? '' : Buffer.concat(output).toString() || `${tool}: ${status}`;
}

function start(tool: string, toolArguments: string[], output: 'inherit' | 'pipe'): ChildProcess {
  const file = join(root, 'node_modules', '.bin', tool);
  return spawn(file, toolArguments, { cwd: root, env: environment, stdio: ['ignore', output, output] });
}

function exitOf(child: ChildProcess): Promise<number | string> {
  return new Promise((resolve) => {
    child.once('error', (error) => resolve(error.message));
    child.once('close', (code, signal) => resolve(code ?? signal ?? 'ended'));
  });
}

/** A process that was told to stop in the last spec gets a moment to do so. */
async function remainingProcesses(): Promise<ReturnType<typeof findProcesses>> {
  for (let tries = 0; tries < 20 && findProcesses(marker, folder).length > 0; tries += 1) await sleep(100);
  return findProcesses(marker, folder);
}

function check(name: string, complaint: string): void {
  total[complaint === '' ? 'passed' : 'failed'] += 1;
  console.log(
    complaint === '' ? `  ✔ ${name}` : `  ✘ ${name}\n${complaint.trimEnd().replaceAll(/^/gm, '      ')}`,
  );
}

/** Screenshots are there to be looked at. */
function newFiles(): string[] {
  return unknownFiles(root).filter((name) => !filesBefore.includes(name) && !name.startsWith('screenshots/'));
}

function cleanUp(): void {
  for (const { pid } of findProcesses(marker, folder)) {
    try {
      process.kill(pid, 'SIGKILL');
    } catch {
      // It ended in the meantime.
    }
  }
  removeFolder(folder);
}
