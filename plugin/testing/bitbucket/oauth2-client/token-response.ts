/**
 * The answer of a token endpoint with the strictness of the original's library (oauth2.md 1.6), one check per row.
 * Of an error only a legible `error_description` is kept; its code is neither shown nor looked at.
 */
import { headerOf, type Exchange } from '../../http-exchange.js';
import { isRecord, parseJson, type JsonRecord } from '../json-body.js';
import { legibleText } from './legible-text.js';

export interface GrantedTokens {
  accessToken: string;
  /** 0: it never expires. */
  lifetimeSeconds: number;
  refreshToken: string | undefined;
}

/** Its message is all that an administrator sees, and may be empty. */
export class TokenRefusal extends Error {
  override name = 'TokenRefusal';
}

const knownTypes = ['bearer', 'dpop', 'n_a'];

function jsonOf(answer: Exchange): JsonRecord {
  const type = headerOf(answer, 'content-type') ?? '';
  if (!/^\s*application\/json\s*(?:;|$)/i.test(type)) {
    throw new TokenRefusal(`The content type must be application/json, but is ${type || 'missing'}.`);
  }
  const body = parseJson(answer.body);
  if (!isRecord(body)) throw new TokenRefusal('The body is not one JSON object.');
  return body;
}

function descriptionOf(answer: Exchange): string {
  try {
    return legibleText(jsonOf(answer).error_description) ?? '';
  } catch {
    return '';
  }
}

function requiredText(body: JsonRecord, member: string): string {
  const value = body[member];
  if (value === undefined || value === null) throw new TokenRefusal(`Missing JSON object member ${member}.`);
  if (typeof value !== 'string') throw new TokenRefusal(`The JSON object member ${member} is no string.`);
  if (value.trim() === '') throw new TokenRefusal(`The JSON object member ${member} is blank.`);
  return value;
}

/** Absent and null are the same. */
const optionalText = (body: JsonRecord, member: string): string | undefined =>
  body[member] === undefined || body[member] === null ? undefined : requiredText(body, member);

function requireKnownType(body: JsonRecord): void {
  const type = requiredText(body, 'token_type');
  if (!knownTypes.includes(type.toLowerCase())) throw new TokenRefusal(`Unsupported token_type ${type}.`);
}

function lifetimeOf({ expires_in: value }: JsonRecord): number {
  if (value === undefined) return 0;
  if (typeof value === 'number') return Math.min(Math.trunc(value), Number.MAX_SAFE_INTEGER);
  if (typeof value === 'string' && /^\d+$/.test(value)) {
    return Math.min(Number(value), Number.MAX_SAFE_INTEGER);
  }
  throw new TokenRefusal('The JSON object member expires_in is no number.');
}

function rejectOtherScope({ scope }: JsonRecord): void {
  if (scope !== undefined && scope !== null && typeof scope !== 'string') {
    throw new TokenRefusal('The JSON object member scope is no string.');
  }
}

function rejectOtherIssuedType(body: JsonRecord): void {
  if (body.issued_token_type === undefined) return;
  // Characters that a URI of the JVM may not hold.
  if (/[\s<>"{}|\\^`]/.test(requiredText(body, 'issued_token_type'))) {
    throw new TokenRefusal('The JSON object member issued_token_type is no URI.');
  }
}

/** Throws TokenRefusal. */
export function readTokenResponse(answer: Exchange): GrantedTokens {
  if (answer.status !== 200) throw new TokenRefusal(descriptionOf(answer));
  const body = jsonOf(answer);
  requireKnownType(body);
  rejectOtherScope(body);
  rejectOtherIssuedType(body);
  return {
    accessToken: requiredText(body, 'access_token'),
    lifetimeSeconds: lifetimeOf(body),
    refreshToken: optionalText(body, 'refresh_token'),
  };
}
