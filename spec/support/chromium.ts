/**
 * A real Chromium for the browser specs: one per run, launched when the first page is opened and closed by
 * chromium-hooks.ts at its end. It comes out of the npm package @sparticuz/chromium,
 * so no apt package is needed; `CHROMIUM_PATH` names another one.
 *
 * It unpacks itself to a folder of its own, has its home there, and resolves loopback names only: no spec can reach
 * the network. The package's own arguments are not used, since they switch off the very rules (same origin, site
 * isolation) that our pages are tested against.
 */
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { chromium } from 'playwright-core';
import type { Browser, BrowserContext, BrowserContextOptions, Page } from 'playwright-core';

const run = promisify(execFile);

/** `unpack` is evaluated in a process of its own: the package takes folder and libraries from its environment. */
const unpack = `
  const { default: chromium } = await import('@sparticuz/chromium');
  chromium.setGraphicsMode = false;
  process.stdout.write(await chromium.executablePath());
`;

const launchArguments = [
  '--no-sandbox', // its namespaces are refused to root and in most containers; only our own pages are opened
  '--disable-gpu',
  '--disable-dev-shm-usage',
  '--font-render-hinting=none',
  '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost, EXCLUDE *.localhost',
];

export interface ChromiumOptions {
  /** Use the package's libnss3 even where the system has one. */
  ownLibraries?: boolean;
}

export interface RunningChromium {
  browser: Browser;
  close(): Promise<void>;
}

/** Prefer openPage(); this is for specs about the launch itself. */
export async function launchChromium({
  ownLibraries = false,
}: ChromiumOptions = {}): Promise<RunningChromium> {
  const home = await mkdtemp(join(tmpdir(), 'applinks-chromium-'));
  const discard = (): Promise<void> => rm(home, { recursive: true, force: true, maxRetries: 5 });
  try {
    const given = process.env.CHROMIUM_PATH;
    const executablePath = given ?? (await unpackInto(home));
    const env = { ...inherited(), HOME: home, TMPDIR: home, XDG_CONFIG_HOME: home, XDG_CACHE_HOME: home };
    if (given === undefined) Object.assign(env, { FONTCONFIG_FILE: await configureFonts(home) });
    const launch = (more: Record<string, string> = {}): Promise<Browser> =>
      chromium.launch({ executablePath, args: launchArguments, env: { ...env, ...more } });
    const withOwnLibraries = (): Promise<Browser> => launch({ LD_LIBRARY_PATH: join(home, 'al2023', 'lib') });
    const browser = ownLibraries
      ? await withOwnLibraries()
      : await launch().catch((error: unknown) => {
          if (!String(error).includes('error while loading shared libraries')) throw error;
          return withOwnLibraries();
        });
    return { browser, close: () => browser.close().finally(discard) };
  } catch (error) {
    await discard();
    throw error;
  }
}

async function unpackInto(folder: string): Promise<string> {
  const { stdout } = await run(process.execPath, ['--input-type=module', '--eval', unpack], {
    cwd: import.meta.dirname,
    // The last one makes the package unpack its libraries too, as it does on the platform it was made for.
    env: { ...process.env, TMPDIR: folder, AWS_LAMBDA_JS_RUNTIME: 'nodejs22.x' },
  });
  return stdout;
}

/** The package brings Open Sans, but looks for it in /tmp; without a font no text has a height. */
async function configureFonts(home: string): Promise<string> {
  const file = join(home, 'fonts.conf');
  await writeFile(
    file,
    `<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig><dir>${join(home, 'fonts')}</dir><cachedir>${join(home, 'font-cache')}</cachedir></fontconfig>`,
  );
  return file;
}

function inherited(): Record<string, string> {
  return Object.fromEntries(
    Object.entries(process.env).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  );
}

let running: Promise<RunningChromium> | undefined;
let contexts: BrowserContext[] = [];

/**
 * A page in a fresh profile (no cookies). One that is opened within a test or a beforeEach is closed after that
 * test, one that is opened in a before() at the end of the run.
 */
export async function openPage(options: BrowserContextOptions = {}): Promise<Page> {
  running ??= launchChromium();
  const { browser } = await running;
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, ...options });
  context.setDefaultTimeout(10_000);
  contexts.push(context);
  context.once('close', () => {
    const place = contexts.indexOf(context);
    if (place >= 0) contexts.splice(place, 1);
  });
  return context.newPage();
}

/** For chromium-hooks.ts: the number of profiles open now, and the closing of those opened since. */
export function countProfiles(): number {
  return contexts.length;
}

export async function closeProfiles(from: number): Promise<void> {
  const closing = contexts.slice(from);
  contexts = contexts.slice(0, from);
  await Promise.all(closing.map((context) => context.close()));
}

export async function closeChromium(): Promise<void> {
  contexts = [];
  const closing = running;
  running = undefined;
  if (closing) await (await closing).close();
}

/** Saves `screenshots/<name>.png` (not committed) to be looked at. */
export async function screenshot(page: Page, name: string): Promise<void> {
  const path = join(import.meta.dirname, '..', '..', '..', 'screenshots', `${name}.png`);
  await mkdir(dirname(path), { recursive: true });
  await page.screenshot({ path, fullPage: true });
}

/** Keeps a picture of the page on a wide screen, and in dark colours on a phone. */
export async function screenshots(page: Page, name: string): Promise<void> {
  await screenshot(page, `${name}-light`);
  await page.emulateMedia({ colorScheme: 'dark' });
  await page.setViewportSize({ width: 360, height: 740 });
  await screenshot(page, `${name}-dark-phone`);
  await page.emulateMedia({ colorScheme: null });
  await page.setViewportSize({ width: 1280, height: 800 });
}
