/**
 * The wire form of a refusal (OAuth Problem Reporting extension; jenkins-integration.md A7): the challenge for
 * `WWW-Authenticate`, which peers read, and the same fields for a form-encoded body. All text is percent-encoded, so
 * nothing that an attacker makes us repeat can close the quotes or end the header line.
 */
import type { OAuthProblem } from '../errors.js';
import { percentEncode } from './encoding.js';

/** Value of `WWW-Authenticate`: `OAuth realm="…"`, then those of the fields whose name starts with `oauth_`. */
export function challenge(realm: string, fields: Readonly<Record<string, string>> = {}): string {
  const parameters = Object.entries(fields)
    .filter(([name]) => name.startsWith('oauth_'))
    .map(([name, value]) => `, ${percentEncode(name)}="${percentEncode(value)}"`);
  return `OAuth realm="${percentEncode(realm)}"${parameters.join('')}`;
}

/** `oauth_problem` and the problem's extra fields, in the order in which they are sent. */
export function problemFields(problem: OAuthProblem): Record<string, string> {
  return { oauth_problem: problem.problem, ...problem.fields };
}
