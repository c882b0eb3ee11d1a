/**
 * The measured process: one Express application on SQLite with a bare route and the same route behind
 * authenticate(), and the kit's token endpoint. It sends its address and consumers when it is up, its processor time when it is asked, and the
 * cost of each step of a verification when it is asked for that.
 */
import { randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import express, { type RequestHandler } from 'express';
import { createApplinks, sqliteStore } from 'express-applinks';
import { createSealer } from '../../plugin/store/seal.js';
import { createClient, refreshTokens, type BenchClient } from './clients.js';
import { createConsumers, scope, userId, type BenchConsumer } from './consumers.js';
import { paths } from './paths.js';
import { measureSteps, type StepCosts } from './steps.js';

export interface Up {
  baseUrl: string;
  consumers: BenchConsumer[];
  client: BenchClient;
}

export interface Answers {
  up: Up;
  /** Microseconds of processor time since the start of the process. */
  cpu: number;
  steps: StepCosts;
  /** New ones, of which each can be used once. */
  refreshTokens: string[];
}

export const refreshesPerRound = 1000;

export type Answer = { [K in keyof Answers]: { kind: K; value: Answers[K] } }[keyof Answers];

async function start(folder: string): Promise<void> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const encryptionKey = randomBytes(32).toString('base64');
  const store = sqliteStore(join(folder, 'bench.db'));
  const user = { id: userId, name: userId };
  const applinks = createApplinks({
    baseUrl,
    application: { name: 'Bench' },
    store,
    keys: { encryption: [encryptionKey] },
    host: {
      user: () => null,
      findUser: () => user,
      isAdmin: () => false,
      login: (_, res) => void res.sendStatus(401),
    },
    scopes: { [scope]: 'Start and stop builds' },
  });
  await applinks.ready();
  const sealer = createSealer([encryptionKey]);
  const consumers = await createConsumers(store, sealer);
  const [link] = await store.links.list();
  if (!link) throw new Error('The link of the benchmark is not in the store.');
  const client = await createClient(store, link);

  const build: RequestHandler = (_req, res) => void res.status(201).json({ queued: true });
  const app = express();
  app.post(paths.bare, build);
  app.post(paths.signed, applinks.authenticate({ scope }), build);
  app.use(applinks.router());
  server.on('request', app);

  process.on('message', (question) => {
    if (question === 'cpu') {
      const { user: own, system } = process.cpuUsage();
      reply({ kind: 'cpu', value: own + system });
    } else if (question === 'steps') {
      void measureSteps(store, sealer, consumers, baseUrl + paths.signed).then((value) =>
        reply({ kind: 'steps', value }),
      );
    } else if (question === 'refreshTokens') {
      void refreshTokens(store, client, refreshesPerRound).then((value) =>
        reply({ kind: 'refreshTokens', value }),
      );
    }
  });
  process.once('disconnect', () => process.exit(0));
  reply({ kind: 'up', value: { baseUrl, consumers, client } });
}

function reply(answer: Answer): void {
  process.send?.(answer);
}

await start(process.argv[2] ?? '.');
