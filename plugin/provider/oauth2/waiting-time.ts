/**
 * How long a peer still waits for the answer to its authorization request: an Atlassian client forgets it after 180 s,
 * silently (oauth2.md 1.3, 1.4), login included. When it began is remembered in the address that leads back from the login;
 * who changes it there changes nothing but the warning on his own page.
 */
import type { RequestParameters } from '../../oauth2/parameters.js';

const startName = 'applinks_started_at';
const warnedAfterMs = 170_000;

/** The parameters of the request with its beginning, in form encoding. */
export function withStart(encoded: string, parameters: RequestParameters, nowMs: number): string {
  if (parameters.names.includes(startName)) return encoded;
  return `${encoded}${encoded === '' ? '' : '&'}${startName}=${nowMs}`;
}

/** Until the warning; 0 when it is too late already. */
export function waitingMs(parameters: RequestParameters, nowMs: number): number {
  const startedAtMs = Number(parameters.get(startName) ?? nowMs);
  const passedMs = startedAtMs <= nowMs ? nowMs - startedAtMs : 0;
  return Math.max(0, warnedAfterMs - passedMs);
}

/** Those that came from the peer. */
export function sentNames({ names }: RequestParameters): string[] {
  return names.filter((name) => name !== startName);
}
