/**
 * What a peer says when it refuses, for an administrator and for the decision whether a token is dead. The problem is
 * read from `WWW-Authenticate` of any answer, whatever its status (applinks-oauth1.md 5.4); bodies decide nothing. A
 * peer's text is not trusted: it is cut, and control characters and tags are taken out.
 */
import { OAuthProblem } from '../errors.js';
import { percentDecode } from '../oauth1/encoding.js';
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
  const fields = challengeOf(answer.headers.get('www-authenticate') ?? '');
  const text = (name: string): string | undefined => {
    const value = fields?.get(name);
    return value === undefined ? undefined : shortenAnswer(Buffer.from(value));
  };
  return (
    fields && {
      problem: text('oauth_problem'),
      advice: text('oauth_problem_advice'),
      acceptableTimestamps: text('oauth_acceptable_timestamps'),
    }
  );
}

/** The only problems that say the token is dead for good (applinks-oauth1.md 5.4). */
export function isTokenDead(problem: string | undefined): boolean {
  return problem === 'token_expired' || problem === 'token_rejected' || problem === 'token_revoked';
}

const longestHeader = 8192;
/** A scheme, or a parameter with its value, quoted or not. */
const part = /([\w-]+)(?:[ \t]*=[ \t]*(?:"((?:[^"\\]|\\.)*)"|([^\s,"]*)))?/g;

/**
 * The parameters of the OAuth challenges, the first of each name. There may be several challenges, since products add
 * one of their own to every 401 (6.6), and others beside them.
 */
function challengeOf(header: string): Map<string, string> | undefined {
  let fields: Map<string, string> | undefined;
  let isOAuth = false;
  for (const [, name = '', quoted, bare] of header.slice(0, longestHeader).matchAll(part)) {
    const value = quoted ?? bare;
    if (value === undefined) isOAuth = name.toLowerCase() === 'oauth';
    if (isOAuth) fields ??= new Map<string, string>();
    if (isOAuth && value !== undefined && !fields?.has(name)) fields?.set(name, decoded(value));
  }
  return fields;
}

function decoded(value: string): string {
  try {
    return percentDecode(value);
  } catch (error) {
    if (error instanceof OAuthProblem) return value;
    throw error;
  }
}
