/**
 * What a peer says when it refuses, for an administrator and for the decision whether a token is dead. The problem is
 * read from `WWW-Authenticate` of any answer, whatever its status (applinks-oauth1.md 5.4), else from a form body
 * (RFC problem reporting). A peer's text is not trusted: it is cut, and control characters and tags are taken out.
 */
import { parseAuthorization } from '../oauth1/authorization-header.js';
import { OAuthProblem } from '../errors.js';
import { shortenAnswer } from './peer-answer.js';
import type { TransportAnswer } from './transport.js';

export interface PeerProblem {
  /** `oauth_problem`; undefined for a bare challenge. */
  problem: string | undefined;
  advice: string | undefined;
  /** `oauth_acceptable_timestamps` as sent: two numbers of seconds. */
  acceptableTimestamps: string | undefined;
}

/** Undefined when the answer carries no OAuth challenge. */
export function problemOf(answer: Pick<TransportAnswer, 'headers'>): PeerProblem | undefined {
  const header = answer.headers.get('www-authenticate');
  const challenge = header && /(?:^|,\s*)(OAuth\b.*)$/i.exec(header)?.[1];
  if (!challenge) return undefined;
  const fields = fieldsOf(challenge);
  const text = (name: string): string | undefined => {
    const value = fields.get(name);
    return value === undefined ? undefined : shortenAnswer(Buffer.from(value));
  };
  return {
    problem: text('oauth_problem'),
    advice: text('oauth_problem_advice'),
    acceptableTimestamps: text('oauth_acceptable_timestamps'),
  };
}

/** The only problems that say the token is dead for good (applinks-oauth1.md 5.4). */
export function isTokenDead(problem: string | undefined): boolean {
  return problem === 'token_expired' || problem === 'token_rejected' || problem === 'token_revoked';
}

function fieldsOf(challenge: string): Map<string, string> {
  try {
    return new Map(parseAuthorization(challenge));
  } catch (error) {
    if (error instanceof OAuthProblem) return new Map();
    throw error;
  }
}
