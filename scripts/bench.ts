/**
 * `npm run bench`: what authenticate() costs. Requests per second of a bare Express route against the same route
 * behind authenticate(), signed or with a bearer token, and the renewal of a token, in one server process on one core,
 * in interleaved rounds; the load comes from another core. Every signed request is signed ahead and used once, and its
 * nonce and token are checked in SQLite; every refresh token is used once, and its successor stored. Loopback only,
 * about a minute. On a machine with other work, trust the ratios and the processor times, not the absolute figures.
 */
import { spawn, spawnSync } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { send } from './bench/load.js';
import { buildRequests, expectedStatus, routes, type Route } from './bench/requests.js';
import type { Answer, Answers, Up } from './bench/server.js';
import { median } from './bench/steps.js';

const rounds = 7;
const requestsPerRound = 3000;

interface Measured {
  perSecond: number;
  /** Microseconds of the server's processor time for one request. */
  cpu: number;
  /** Share of the time in which the server was busy: below 0.9, the load generator was the slower one. */
  busy: number;
}

const pinned = availableParallelism() > 1 && spawnSync('taskset', ['--version']).status === 0;
if (pinned) spawnSync('taskset', ['-a', '-p', '-c', '1', String(process.pid)]);
const folder = mkdtempSync(join(tmpdir(), 'applinks-bench-'));
const server = startServer();
try {
  const up = await answer('up');
  const results = await measure(up);
  report(results);
  reportSteps(await ask('steps'));
} finally {
  const ended = once(server, 'exit');
  server.disconnect();
  await ended;
  rmSync(folder, { recursive: true, force: true });
}

function startServer(): ChildProcess {
  const command = [process.execPath, join(import.meta.dirname, 'bench', 'server.js'), folder];
  const [file = '', ...rest] = pinned ? ['taskset', '-c', '0', ...command] : command;
  return spawn(file, rest, {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    env: { ...process.env, NODE_ENV: 'production' },
  });
}

async function measure(up: Up): Promise<Map<Route, Measured[]>> {
  const results = new Map<Route, Measured[]>(routes.map((route) => [route, []]));
  for (let round = 0; round <= rounds; round += 1) {
    // Each round begins with another route, so that none always comes after a heavy one.
    for (const route of [...routes.slice(round % routes.length), ...routes.slice(0, round % routes.length)]) {
      const measured = await measureOnce(up, route);
      if (round > 0) results.get(route)?.push(measured); // the first round warms up
    }
  }
  return results;
}

async function measureOnce(up: Up, route: Route): Promise<Measured> {
  const { hostname, port } = new URL(up.baseUrl);
  const tokens = route === 'refresh' ? await ask('refreshTokens') : [];
  const requests = buildRequests(up, route, requestsPerRound, tokens);
  const before = await ask('cpu');
  const seconds = await send({
    host: hostname,
    port: Number(port),
    requests,
    expectStatus: expectedStatus(route),
  });
  const cpuMicroseconds = (await ask('cpu')) - before;
  return {
    perSecond: requests.length / seconds,
    cpu: cpuMicroseconds / requests.length,
    busy: cpuMicroseconds / 1e6 / seconds,
  };
}

function report(results: ReadonlyMap<Route, readonly Measured[]>): void {
  const bare = results.get('bare') ?? [];
  console.log(
    `\n${rounds} rounds of ${requestsPerRound} requests, one server process${pinned ? ' on core 0, the load on core 1' : ''}; medians\n`,
  );
  console.log('route        requests/s   of bare   processor µs/request   of bare   server busy');
  for (const [route, measured] of results) {
    const speed = median(measured.map(({ perSecond }, round) => perSecond / (bare[round]?.perSecond ?? NaN)));
    const cost = median(measured.map(({ cpu }, round) => (bare[round]?.cpu ?? NaN) / cpu));
    console.log(
      [
        route.padEnd(12),
        whole(median(measured.map(({ perSecond }) => perSecond))).padStart(10),
        percent(speed).padStart(9),
        whole(median(measured.map(({ cpu }) => cpu))).padStart(22),
        percent(cost).padStart(9),
        percent(median(measured.map(({ busy }) => busy))).padStart(13),
      ].join(''),
    );
  }
}

function reportSteps({ steps, verifyPerSecond, hmacPerSecond }: Answers['steps']): void {
  console.log('\nwhere the time of a signed request goes, each step alone      µs');
  for (const { name, microseconds } of steps) {
    console.log(`  ${name.padEnd(56)}${microseconds.toFixed(1).padStart(8)}`);
  }
  console.log(
    `\nverify an HMAC-SHA1 request, store aside: ${whole(verifyPerSecond)}/s; bare HMAC of its base string: ` +
      `${whole(hmacPerSecond)}/s; ratio ${percent(verifyPerSecond / hmacPerSecond)}`,
  );
}

function ask<K extends Exclude<keyof Answers, 'up'>>(question: K): Promise<Answers[K]> {
  const answered = answer(question);
  server.send(question);
  return answered;
}

function answer<K extends keyof Answers>(kind: K): Promise<Answers[K]> {
  return new Promise((resolve, reject) => {
    const stopped = (code: number | null): void =>
      reject(new Error(`The server stopped (${code ?? 'killed'}).`));
    const listen = (message: unknown): void => {
      const received = message as Answer;
      if (received.kind !== kind) return;
      server.off('message', listen).off('exit', stopped);
      resolve(received.value as Answers[K]);
    };
    server.on('message', listen).on('exit', stopped);
  });
}

function whole(value: number): string {
  return Math.round(value).toString();
}

function percent(value: number): string {
  return `${(value * 100).toFixed(1)} %`;
}
