/**
 * What all readers of a peer's documents share: exactly 200, the media type, and an error that shows the peer's own
 * words, shortened and without markup (applinks-oauth1.md 1.1, 3.4). A login page, a proxy's error page and another
 * application look alike from outside; what they say tells the administrator which one it was.
 */
import { ApplinksError, PeerUnreachable } from '../errors.js';
import type { TransportAnswer } from './transport.js';

const maxShown = 500;
const maxScanned = 16_384;

/** @param what the document that was asked for, with its article. @throws PeerUnreachable `bad_answer` unless 200. */
export function requireOk(answer: TransportAnswer, what: string): void {
  if (answer.status === 200) return;
  throw badAnswer(answer, `answered with status ${answer.status} instead of ${what}`);
}

/** Type and subtype in lower case; undefined without the header. */
export function mediaType(answer: TransportAnswer): string | undefined {
  return answer.headers.get('content-type')?.split(';')[0]?.trim().toLowerCase();
}

/** Runs a reader; what it refuses becomes a `bad_answer` that carries the reader's sentence. */
export function readAnswer<T>(answer: TransportAnswer, what: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof PeerUnreachable) throw error;
    const why = error instanceof ApplinksError ? ` ${error.message}` : '';
    throw badAnswer(answer, `did not answer with ${what} that can be read.${why}`, error);
  }
}

export function badAnswer(answer: TransportAnswer, cause: string, error?: unknown): PeerUnreachable {
  const isPage = mediaType(answer) === 'text/html';
  const cure = isPage
    ? 'It sent a web page: check the address with its context path, and any proxy or login in front of it.'
    : 'Check the address with its context path, and that the application there supports application links.';
  const { origin } = new URL(answer.url);
  return new PeerUnreachable('bad_answer', `${origin} ${cause.replace(/\.$/, '')}. ${cure}`, {
    cause: error,
    answer: shortenAnswer(answer.body),
    answerStatus: answer.status,
  });
}

/** The peer's words for an administrator: at most 500 characters, no markup, no control characters. */
export function shortenAnswer(body: Uint8Array): string {
  return Buffer.from(body.subarray(0, maxScanned))
    .toString('utf8')
    .replace(/<(script|style)\b[^<>]*>[\s\S]*?<\/\1/gi, ' ')
    .replace(/<[^<>]*>?/g, ' ')
    .replace(/[\p{C}\s<>]+/gu, ' ')
    .trim()
    .slice(0, maxShown);
}
