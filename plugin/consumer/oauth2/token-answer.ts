/**
 * What a token endpoint answers, read with suspicion (RFC 6749 section 5; oauth2.md part 7, rows 11 and 12): a login page, a
 * proxy or half an answer is told by name and never taken for a token. A token goes into a header, so it must be
 * visible ASCII, and is bounded.
 */
import { z } from 'zod';
import { badAnswer, mediaType, shortenAnswer } from '../peer-answer.js';
import type { TransportAnswer } from '../transport.js';
import { readScopes } from './scopes.js';
import { TokenRefused } from './token-refused.js';
import type { OAuth2Peer } from './peer.js';

export interface IssuedTokens {
  accessToken: string;
  refreshToken: string | null;
  /** Seconds from the moment before the request; the usual hour when the peer named none. */
  expiresInSeconds: number;
  /** What was granted; null: what was asked for. */
  scopes: string[] | null;
}

const longestTokenBytes = 8192;
const oneYearSeconds = 365 * 24 * 60 * 60;
const usualSeconds = 3600;
const longestPauseSeconds = 3600;

const token = z
  .string()
  .max(longestTokenBytes)
  .regex(/^[\x21-\x7e]+$/);
const seconds = z
  .union([
    z.number(),
    z
      .string()
      .regex(/^\d{1,12}$/)
      .transform(Number),
  ])
  .refine((value) => Number.isSafeInteger(value) && value > 0)
  .transform((value) => Math.min(value, oneYearSeconds));

const success = z.object({
  access_token: token,
  token_type: z.string().optional(),
  expires_in: seconds.optional(),
  refresh_token: token.optional(),
  scope: z.string().max(4096).optional(),
});

const refusal = z.object({
  error: z.string().regex(/^[\x20-\x7e]{1,100}$/),
  error_description: z.string().catch('').default(''),
});

/** The shape of failures that are not OAuth's (2.5). */
const atlassianErrors = z.object({ errors: z.array(z.unknown()), fieldErrors: z.object({}).optional() });

/** @throws TokenRefused, PeerUnreachable `bad_answer` */
export function readTokenAnswer(answer: TransportAnswer, peer: OAuth2Peer): IssuedTokens {
  const body = readJsonObject(answer);
  const refused = refusal.safeParse(body);
  if (refused.success || answer.status !== 200) throw refusalOf(answer, body);
  const read = success.safeParse(body);
  if (!read.success) {
    const field = read.error.issues[0]?.path.join('.') ?? '';
    throw badAnswer(answer, `answered a token request without a usable ${field === '' ? 'token' : field}`);
  }
  const { access_token, token_type, expires_in, refresh_token, scope } = read.data;
  const isCloud = peer.preset.kind === 'cloud';
  if (token_type === undefined ? !isCloud : token_type.toLowerCase() !== 'bearer')
    throw badAnswer(answer, 'answered a token request with a token that is not of the type bearer');
  return {
    accessToken: access_token,
    refreshToken: refresh_token ?? null,
    expiresInSeconds: expires_in ?? usualSeconds,
    // In the cloud it is no access to anything, and is always asked for.
    scopes:
      scope === undefined ? null : readScopes(scope).filter((name) => !isCloud || name !== 'offline_access'),
  };
}

/** Undefined for anything else than a JSON object. */
function readJsonObject(answer: TransportAnswer): unknown {
  const type = mediaType(answer) ?? '';
  if (!/^application\/(?:[\w.-]+\+)?json$/.test(type)) {
    if (answer.status >= 400) return undefined;
    throw badAnswer(answer, 'is no OAuth 2.0 token endpoint: it did not answer with JSON');
  }
  try {
    const parsed: unknown = JSON.parse(answer.body.toString('utf8'));
    if (typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed)) return parsed;
  } catch (error) {
    if (answer.status >= 400) return undefined;
    throw badAnswer(answer, 'answered a token request with JSON that is cut or broken', error);
  }
  if (answer.status >= 400) return undefined;
  throw badAnswer(answer, 'answered a token request with JSON that is no object');
}

function refusalOf(answer: TransportAnswer, body: unknown): TokenRefused {
  const { data } = refusal.safeParse(body);
  const said = data && shortenAnswer(Buffer.from(data.error_description));
  return new TokenRefused({
    status: answer.status,
    problem: data?.error,
    advice: said === '' ? undefined : said?.slice(0, 200),
    excerpt: shortenAnswer(answer.body),
    isAtlassianError: atlassianErrors.safeParse(body).success,
    retryAfterSeconds: retryAfter(answer.headers.get('retry-after')),
  });
}

/** Dates are not believed, nor is a peer that wants to be left alone for days. */
function retryAfter(header: string | null): number {
  return header !== null && /^\d{1,9}$/.test(header) ? Math.min(Number(header), longestPauseSeconds) : 0;
}
