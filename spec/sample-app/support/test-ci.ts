/** The whole server on a free port, with browsers that are logged in: what the specs of its pages drive. */
import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { createBrowser, type MiniBrowser, type Page } from 'express-applinks/testing';
import { createApp, type CiServer } from '../../../sample-app/app.js';
import { readConfig } from '../../../sample-app/config.js';
import { createLogger } from '../../../sample-app/logging.js';
import { captureOutput } from '../../support/secrets.js';

export const adminPassword = 'correct horse battery';

export interface TestCi {
  baseUrl: string;
  server: CiServer;
  /** A browser of its own, logged in. Users other than admin are made on the way, with the role of their name. */
  as(name: 'admin' | 'developer' | 'reader'): Promise<MiniBrowser>;
  /** Stops the background work and the server; the data folder stays. */
  close(): Promise<void>;
}

export interface TestCiOptions {
  dataDir: string;
  path?: string;
  databaseUrl?: string;
  /** Without it, what is queued stays queued. */
  working?: boolean;
  environment?: Record<string, string>;
}

export async function startCi({
  dataDir,
  path = '',
  databaseUrl,
  working = true,
  environment = {},
}: TestCiOptions): Promise<TestCi> {
  const http = createServer();
  await once(http.listen(0, '127.0.0.1'), 'listening');
  const baseUrl = `http://127.0.0.1:${(http.address() as AddressInfo).port}${path}`;
  const config = readConfig({
    BASE_URL: baseUrl,
    DATA_DIR: join(dataDir, 'data'),
    ADMIN_PASSWORD: adminPassword,
    LOG_LEVEL: 'debug',
    ...(databaseUrl === undefined ? {} : { DATABASE_URL: databaseUrl }),
    ...environment,
  });
  const server = await createApp(config, createLogger(config, { write: captureOutput }));
  http.on('request', server.app as RequestListener);
  const stop = new AbortController();
  const work = working ? server.work(stop.signal) : Promise.resolve();
  const browsers = new Map<string, Promise<MiniBrowser>>();
  const as: TestCi['as'] = (name) => {
    const known = browsers.get(name) ?? open(name);
    browsers.set(name, known);
    return known;
  };
  const open = async (name: 'admin' | 'developer' | 'reader'): Promise<MiniBrowser> => {
    if (name !== 'admin') await createUser(await as('admin'), baseUrl, name, name);
    return logIn(baseUrl, name);
  };
  return {
    baseUrl,
    server,
    as,
    close: async () => {
      stop.abort();
      await work;
      http.closeAllConnections();
      await new Promise((resolve) => http.close(resolve));
      await server.close();
    },
  };
}

export async function logIn(baseUrl: string, name: string, password = adminPassword): Promise<MiniBrowser> {
  const browser = createBrowser();
  const page = await browser.submit(await browser.get(`${baseUrl}/login`), { fields: { name, password } });
  if (page.status !== 200 || page.url !== `${baseUrl}/`)
    throw new Error(`${name} could not log in: ${page.url} answered ${page.status}`);
  return browser;
}

export async function createUser(
  admin: MiniBrowser,
  baseUrl: string,
  name: string,
  role: string,
  password = adminPassword,
): Promise<void> {
  const page = await admin.get(`${baseUrl}/users`);
  const created = await submit(admin, page, '/users', {
    name,
    password,
    role: role === 'admin' ? 'administrator' : role,
  });
  if (created.status !== 200) throw new Error(`${name} could not be created: ${created.status}`);
}

/** Submits the form whose action ends with `action`. */
export function submit(
  browser: MiniBrowser,
  page: Page,
  action: string,
  fields: Record<string, string> = {},
): Promise<Page> {
  const form = page.forms.findIndex((candidate) => candidate.action.endsWith(action));
  if (form < 0) throw new Error(`${page.url} has no form for ${action}`);
  return browser.submit(page, { form, fields });
}

/** Value of the hidden field that every form of this session carries. */
export async function csrfTokenOf(browser: MiniBrowser, baseUrl: string): Promise<string> {
  const { forms } = await browser.get(`${baseUrl}/`);
  const field = forms.flatMap((form) => form.fields).find(([name]) => name === 'csrf_token');
  if (field === undefined) throw new Error('The page has no form with a token.');
  return field[1];
}
