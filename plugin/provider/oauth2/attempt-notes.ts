/**
 * Keeps a peer's latest attempt for the administrator (plugin/store/oauth2-attempt.ts). An attacker may begin attempts
 * without end: of each stage of a link only so many are written in a while, so that neither the database is kept busy
 * nor a later stage, which only a real attempt reaches, is lost among first ones. What he wrote is kept in plain ASCII, as
 * the peer is told it, so that no character turns the administrator's page round.
 */
import type { Context } from '../../context.js';
import { asciiDescription } from '../../oauth2/description.js';
import type { OAuth2Error } from '../../oauth2-errors.js';
import {
  attemptNoteKind,
  readAttempt,
  type AttemptStage,
  type OAuth2Attempt,
} from '../../store/oauth2-attempt.js';
import type { RegisteredClient } from './clients.js';

/** Never throw and never wait: what is noted has an answer of its own to give. */
export interface AttemptNotes {
  /** @param names of the parameters that came with it */
  reached(client: RegisteredClient, stages: readonly AttemptStage[], names?: readonly string[]): void;
  failed(client: RegisteredClient, stage: AttemptStage, error: OAuth2Error, names?: readonly string[]): void;
  /** A path was called with a token: what newer peers call is not known in advance (oauth2.md 8.2 row 4). */
  called(client: RegisteredClient, path: string): void;
}

const writesPerWindow = 10;
const windowMs = 10_000;
const mostCounters = 1000;
const mostNames = 50;
const longestName = 100;
const mostCalls = 10;
const longestPath = 200;

interface Event {
  stages: readonly AttemptStage[];
  failure: OAuth2Attempt['failure'];
  names: readonly string[];
  atMs: number;
}

export function createAttemptNotes({ store, config }: Pick<Context, 'store' | 'config'>): AttemptNotes {
  const isWithinBudget = createBudget(config.clock);
  /** Each write looks at the one before it. */
  let last: Promise<void> = Promise.resolve();

  const write = async (
    { link, client }: RegisteredClient,
    atMs: number,
    change: (known: OAuth2Attempt | undefined) => OAuth2Attempt | undefined,
  ): Promise<void> => {
    const known = readAttempt(await store.notes.list(link.id));
    const attempt = change(known?.clientId === client.clientId ? known : undefined);
    const note = { linkId: link.id, kind: attemptNoteKind, atMs };
    if (attempt) await store.notes.put({ ...note, document: JSON.stringify(attempt) });
  };
  const keep = (registered: RegisteredClient, stage: string, change: Change): void => {
    if (!isWithinBudget(`${registered.link.id} ${stage}`)) return;
    const atMs = config.clock();
    last = last
      .then(() => write(registered, atMs, (known) => change(known, atMs)))
      .catch((error: unknown) => config.logger.warn({ err: error }, 'express-applinks: a note was not kept'));
  };
  return {
    reached: (registered, stages, names = []) =>
      keep(registered, stages.at(-1) ?? '', (known, atMs) =>
        continued(known, registered.client.clientId, { stages, failure: null, names, atMs }),
      ),
    failed: (registered, stage, { error, description }, names = []) =>
      keep(registered, stage, (known, atMs) =>
        continued(known, registered.client.clientId, {
          ...{
            stages: [],
            failure: { stage, error, description: asciiDescription(description) },
            names,
            atMs,
          },
        }),
      ),
    called: (registered, path) => keep(registered, 'call', (known) => known && withCall(known, path)),
  };
}

type Change = (known: OAuth2Attempt | undefined, atMs: number) => OAuth2Attempt | undefined;

function withCall(known: OAuth2Attempt, path: string): OAuth2Attempt {
  const call = path.slice(0, longestPath);
  const calls = [...(known.calls ?? []).filter((other) => other !== call), call];
  return { ...known, calls: calls.slice(-mostCalls) };
}

/** An authorization request begins a new attempt; a stage that is reached again is the latest one. */
function continued(
  known: OAuth2Attempt | undefined,
  clientId: string,
  { stages, failure, names, atMs }: Event,
): OAuth2Attempt {
  const isFirst = stages.includes('authorize') || failure?.stage === 'authorize';
  const former = isFirst ? undefined : known;
  const isTokenRequest = [...stages, failure?.stage].some(
    (stage) => stage === 'token' || stage === 'refresh',
  );
  const seen = names.slice(0, mostNames).map((name) => asciiDescription(name.slice(0, longestName)));
  const { authorize = [], token = [] } = former?.parameters ?? {};
  return {
    clientId,
    stages: [
      ...(former?.stages ?? []).filter(({ stage }) => !stages.includes(stage)),
      ...stages.map((stage) => ({ stage, atMs })),
    ],
    parameters: {
      authorize: !isTokenRequest && seen.length > 0 ? seen : authorize,
      token: isTokenRequest && seen.length > 0 ? seen : token,
    },
    ...(former?.calls ? { calls: former.calls } : {}),
    failure,
  };
}

function createBudget(clock: () => number): (key: string) => boolean {
  const counters = new Map<string, { count: number; endsAtMs: number }>();
  return (key) => {
    const known = counters.get(key);
    const counter = known && clock() < known.endsAtMs ? known : { count: 0, endsAtMs: clock() + windowMs };
    counter.count += 1;
    if (counters.size >= mostCounters) counters.clear();
    counters.set(key, counter);
    return counter.count <= writesPerWindow;
  };
}
