/**
 * The first token of the application itself (RFC 6749 section 4.4; oauth2.md part 7, row 19). There is no grant yet that
 * could hold back the next try, so this process remembers: one request at a time, none for a while after a failure, and
 * none at all with credentials that were refused, until an administrator changes the connection.
 */
import { ApplinksError } from '../../errors.js';
import type { GrantPlace, OpenOAuth2Grant } from './grant-place.js';
import { connectionMark } from './peer.js';
import { verdictOf } from './refresh-verdict.js';
import { TokenRefused } from './token-refused.js';

export type AskForOwn = (place: GrantPlace) => Promise<OpenOAuth2Grant | undefined>;

interface Failure {
  error: ApplinksError;
  /** Mark of the connection with which it failed. */
  connection: string;
  /** null: until the connection is changed. */
  untilMs: number | null;
}

const pauseMs = 1000;

export function createAskForOwn(clock: () => number, ask: AskForOwn): AskForOwn {
  const running = new Map<string, Promise<OpenOAuth2Grant | undefined>>();
  const failures = new Map<string, Failure>();

  const remember = ({ connection, peer }: GrantPlace, error: ApplinksError): void => {
    const isForAdministrator = verdictOf(error, peer, null, true) === 'credentials';
    const wantedMs = error instanceof TokenRefused ? error.retryAfterSeconds * 1000 : 0;
    failures.set(connection.id, {
      error,
      connection: connectionMark(connection),
      untilMs: isForAdministrator ? null : clock() + Math.max(wantedMs, pauseMs),
    });
  };

  return async (place) => {
    const { connection } = place;
    const failed = failures.get(connection.id);
    const isWaiting = failed && (failed.untilMs === null || failed.untilMs > clock());
    if (isWaiting && failed.connection === connectionMark(connection)) throw failed.error;
    const asking =
      running.get(connection.id) ??
      ask(place)
        .catch((error: unknown) => {
          if (error instanceof ApplinksError) remember(place, error);
          throw error;
        })
        .finally(() => running.delete(connection.id));
    running.set(connection.id, asking);
    return asking;
  };
}
