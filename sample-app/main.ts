/**
 * Starts the server: environment, listen, first words, signals. What its operator got wrong is answered with one
 * sentence and exit status 1; a stack trace would only hide that sentence.
 */
import { once } from 'node:events';
import { createServer } from 'node:http';
import { ApplinksError } from 'express-applinks';
import { createApp, type CiServer } from './app.js';
import { readConfig, type Config } from './config.js';
import { createLogger } from './logging.js';
import { StartupError, systemReason } from './startup-error.js';

const stopLimitMs = 15_000;

try {
  await start(readConfig(process.env));
} catch (error) {
  if (!(error instanceof StartupError || error instanceof ApplinksError)) throw error;
  console.error(error.message);
  process.exit(1);
}

async function start(config: Config): Promise<void> {
  const logger = createLogger(config);
  const ci = await createApp(config, logger);
  const server = createServer(ci.app);
  try {
    await once(server.listen(config.port), 'listening');
  } catch (error) {
    const isTaken = (error as NodeJS.ErrnoException).code === 'EADDRINUSE';
    throw new StartupError(
      isTaken
        ? `Port ${config.port} is taken by another program: stop that program, or set PORT to a free port.`
        : `The server cannot listen on port ${config.port} (${systemReason(error)}): set PORT to another port.`,
      error,
    );
  }
  const stop = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stop.abort());
  console.log([...howToLogIn(ci), `The CI server is ready: ${config.baseUrl}/`].join('\n'));
  await ci.work(stop.signal);
  setTimeout(() => process.exit(1), stopLimitMs).unref();
  server.close();
  server.closeAllConnections();
  await ci.close();
}

/** Shown when the first administrator was made; a generated password is never to be seen again. */
function howToLogIn({ firstAdministrator }: CiServer): string[] {
  if (firstAdministrator === undefined) return [];
  const { name, generatedPassword } = firstAdministrator;
  const password =
    generatedPassword === undefined
      ? 'the one in ADMIN_PASSWORD'
      : `${generatedPassword} (shown only this once)`;
  return [`Log in as: ${name}`, `Password:  ${password}`];
}
