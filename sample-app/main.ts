/**
 * Starts the server: environment, listen, first words, signals. What its operator got wrong is answered with one
 * sentence and exit status 1; a stack trace would only hide that sentence.
 */
import { once } from 'node:events';
import { createServer } from 'node:http';
import { createApp } from './app.js';
import { readConfig, type Config } from './config.js';
import { createLogger } from './logging.js';
import { StartupError, systemReason } from './startup-error.js';

const stopLimitMs = 15_000;

try {
  await start(readConfig(process.env));
} catch (error) {
  if (!(error instanceof StartupError)) throw error;
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
  console.log(`The CI server is ready: ${config.baseUrl}/`);
  if (ci.firstAdministrator) {
    const { name, generatedPassword } = ci.firstAdministrator;
    const password = generatedPassword ?? 'the one in ADMIN_PASSWORD';
    console.log(
      `Log in as: ${name}\nPassword:  ${password}${generatedPassword ? ' (shown only this once)' : ''}`,
    );
  }

  const stop = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stop.abort());
  await ci.work(stop.signal);
  setTimeout(() => process.exit(1), stopLimitMs).unref();
  server.close();
  server.closeAllConnections();
  await ci.close();
}
