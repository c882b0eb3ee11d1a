/**
 * The environment of the server: every variable has a default, so `npm start` needs none. A value that cannot be
 * right stops the start with one sentence; a server that runs with half of what was meant is worse than none.
 */
import { resolve } from 'node:path';
import { z } from 'zod';
import { StartupError } from './startup-error.js';

export const logLevels = ['silent', 'error', 'warn', 'info', 'debug'] as const;

const text = (value: unknown): unknown => (value === '' ? undefined : value);

const environment = z.object({
  BASE_URL: z.preprocess(text, z.string().refine(isBaseUrl).optional()),
  PORT: z.preprocess(text, z.coerce.number().int().min(1).max(65_535).default(8080)),
  DATA_DIR: z.preprocess(
    text,
    z
      .string()
      .refine((value) => !value.includes('\0'))
      .default('data'),
  ),
  DATABASE_URL: z.preprocess(text, z.string().refine(isPostgresUrl).optional()),
  ADMIN_USER: z.preprocess(
    text,
    z
      .string()
      .regex(/^[a-z0-9][a-z0-9._-]{0,63}$/i)
      .default('admin'),
  ),
  ADMIN_PASSWORD: z.preprocess(text, z.string().min(8).max(256).optional()),
  LOG_LEVEL: z.preprocess(text, z.enum(logLevels).default('info')),
});

const advice: Readonly<Record<string, string>> = {
  BASE_URL:
    'BASE_URL must be the absolute http or https address that browsers and Bitbucket use, without query, fragment or user name, for example https://ci.example.com/ci.',
  PORT: 'PORT must be a number from 1 to 65535.',
  DATA_DIR: 'DATA_DIR must be the path of a folder.',
  DATABASE_URL:
    'DATABASE_URL must begin with postgres:// or postgresql://; leave it out to use SQLite in the data folder.',
  ADMIN_USER: 'ADMIN_USER must be 1 to 64 letters, digits, dots, hyphens or underscores.',
  ADMIN_PASSWORD: 'ADMIN_PASSWORD must have 8 to 256 characters; leave it out to get a generated one.',
  LOG_LEVEL: `LOG_LEVEL must be one of ${logLevels.join(', ')}.`,
};

export interface Config {
  /** Without a slash at the end. */
  baseUrl: string;
  /** Path of `baseUrl`, below which everything is mounted; empty at the root. */
  basePath: string;
  /** `baseUrl` leads to this machine only. */
  isLoopback: boolean;
  port: number;
  /** Absolute. */
  dataDir: string;
  /** Absent: SQLite in `dataDir`. */
  databaseUrl: string | undefined;
  adminUser: string;
  /** Absent: generated when the first administrator is made. */
  adminPassword: string | undefined;
  logLevel: (typeof logLevels)[number];
}

/** @throws StartupError with one sentence that says which variable to change, and to what. */
export function readConfig(env: Readonly<Record<string, string | undefined>>): Config {
  const result = environment.safeParse(env);
  if (!result.success) {
    const name = String(result.error.issues[0]?.path[0]);
    throw new StartupError(advice[name] ?? `The value of ${name} is not valid.`);
  }
  const { BASE_URL, PORT, DATA_DIR, DATABASE_URL, ADMIN_USER, ADMIN_PASSWORD, LOG_LEVEL } = result.data;
  const baseUrl = (BASE_URL ?? `http://localhost:${PORT}`).replace(/\/+$/, '');
  return {
    baseUrl,
    basePath: new URL(baseUrl).pathname.replace(/\/$/, ''),
    isLoopback: /^(?:localhost|127(?:\.\d+){3}|\[::1\])$/.test(new URL(baseUrl).hostname),
    port: PORT,
    dataDir: resolve(DATA_DIR),
    databaseUrl: DATABASE_URL,
    adminUser: ADMIN_USER,
    adminPassword: ADMIN_PASSWORD,
    logLevel: LOG_LEVEL,
  };
}

function isBaseUrl(value: string): boolean {
  if (!URL.canParse(value) || /[?#\s]/.test(value)) return false;
  const { protocol, username, password, hostname } = new URL(value);
  return /^https?:$/.test(protocol) && hostname !== '' && username === '' && password === '';
}

function isPostgresUrl(value: string): boolean {
  return URL.canParse(value) && /^postgres(ql)?:$/.test(new URL(value).protocol);
}
