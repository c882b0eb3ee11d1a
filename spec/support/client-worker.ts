/**
 * One process of an application that calls a peer: the kit on the database that it is told, without a server. Says that it
 * is ready, and for each task calls a few times at once and tells what came back. Run by store-race.ts.
 */
import { createApplinks, sqliteStore } from 'express-applinks';
import { capturingLogger } from './secrets.js';

export interface Calls {
  linkId: string;
  userId: string;
  path: string;
  times: number;
  /** Of its clock from now on. */
  nowMs: number;
}

const [location = '', baseUrl = '', encryptionKey = ''] = process.argv.slice(2);
let nowMs = Date.now();
const applinks = createApplinks({
  baseUrl,
  application: { name: 'Sample CI', version: '1.0.0' },
  store: sqliteStore(location),
  keys: { encryption: [encryptionKey] },
  host: { user: () => null, findUser: () => null, isAdmin: () => false, login: () => undefined },
  scopes: { build: 'Start and stop builds' },
  network: { allowInsecureLoopback: true },
  logger: capturingLogger(),
  clock: () => nowMs,
});

async function perform({ linkId, userId, path, times, ...now }: Calls): Promise<unknown[]> {
  nowMs = now.nowMs;
  const call = applinks.client(linkId).as(userId);
  return Promise.all(Array.from({ length: times }, async () => (await call(path)).json()));
}

process.on('message', (calls: Calls) => {
  perform(calls).then(
    (results) => process.send?.({ results }),
    (error: unknown) => process.send?.({ error: String(error) }),
  );
});
process.on('disconnect', () => void applinks.close());
await applinks.ready();
process.send?.('ready');
