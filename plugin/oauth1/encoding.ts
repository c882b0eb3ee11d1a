/**
 * Percent-encoding (RFC 5849 3.6) and the form encoding of query and body (3.4.1.3.1), both ways, as ordered pairs
 * (rule 6): a parser that merges or reorders names would verify another message than the one that was signed.
 * An attacker sends malformed escapes, overlong UTF-8 and thousands of names: each is a problem, never an exception.
 */
import { OAuthProblem } from '../errors.js';

export type Pair = readonly [name: string, value: string];

/** Most parameters of one message, and of one form. */
export const maxPairs = 256;

const unreservedOnly = /^[\w.~-]*$/;
const escapedTooLittle = /[!'()*]/g;
const loneSurrogate = /\p{Surrogate}/u;
const loneSurrogates = /\p{Surrogate}/gu;

/** All but the unreserved characters as `%XX` of their UTF-8 bytes. A lone surrogate counts as U+FFFD. */
export function percentEncode(text: string): string {
  if (unreservedOnly.test(text)) return text;
  return encodeURIComponent(text.replace(loneSurrogates, '\ufffd')).replace(
    escapedTooLittle,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

/** @throws OAuthProblem `parameter_rejected` on a malformed escape or invalid UTF-8. */
export function percentDecode(text: string): string {
  if (loneSurrogate.test(text)) throw malformed('A parameter is not valid Unicode.');
  if (!text.includes('%')) return text;
  try {
    return decodeURIComponent(text);
  } catch {
    throw malformed('A parameter has a malformed percent escape or is not UTF-8.');
  }
}

/**
 * Pairs of an `application/x-www-form-urlencoded` body or a query, in their order, duplicates and empty values kept.
 * @throws OAuthProblem `parameter_rejected` on malformed text and above `maxPairs` pairs.
 */
export function parseForm(text: string): Pair[] {
  const pairs: Pair[] = [];
  for (const part of text.split('&')) {
    if (part === '') continue;
    if (pairs.length === maxPairs) throw malformed(`More than ${maxPairs} parameters.`);
    const equals = part.indexOf('=');
    pairs.push(
      equals < 0
        ? [decodeFormPart(part), '']
        : [decodeFormPart(part.slice(0, equals)), decodeFormPart(part.slice(equals + 1))],
    );
  }
  return pairs;
}

/** Answers are percent-encoded more strictly than forms need (a space as `%20`), which every reader understands. */
export function encodeForm(pairs: readonly Pair[]): string {
  return pairs.map(([name, value]) => `${percentEncode(name)}=${percentEncode(value)}`).join('&');
}

function decodeFormPart(text: string): string {
  return percentDecode(text.includes('+') ? text.replaceAll('+', ' ') : text);
}

function malformed(reason: string): OAuthProblem {
  return new OAuthProblem('parameter_rejected', {}, { reason });
}
