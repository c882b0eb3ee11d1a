/**
 * Proves that no secret reaches a log, event, error or URL: whatever makes or receives a secret in a spec remembers
 * it here, whatever the code under test says is captured here, and the last test of the run (secrets-hooks.ts)
 * searches all of the second for all of the first.
 *
 * In a spec or a support file:
 *   const secret = rememberSecret(answer.oauth_token_secret, 'token secret');   // returns its value
 *   createApplinks({ logger: capturingLogger(), … });                           // or capturingLogger(yourOwn)
 *   pino({ … }, capturingStream()), child.stdout.on('data', captureOutput)      // the sample app's log, a process
 *   captureError(text), captureUrl(url)                                         // bodies of refusals, links of a page
 * Captured without being asked (same process): events, everything printed, `Location` and `WWW-Authenticate` of each
 * answer, `Referer` of each request. Remembered without being asked: signatures and tokens in
 * `Authorization` headers, request tokens and verifiers in redirects and requests. The first one to name a kind is right.
 */
import { inspect } from 'node:util';
import type { Logger } from '../../plugin/logger.js';

export const secretKinds = [
  'consumer secret',
  'token secret',
  'access token',
  'session handle',
  'signature',
  'request token',
  'verifier',
  'code',
  'refresh token',
  'webhook secret',
  'password',
] as const;

export type SecretKind = (typeof secretKinds)[number];

export const places = ['log', 'event', 'error', 'url'] as const;

export type Place = (typeof places)[number];

export interface Leak {
  kind: SecretKind;
  place: Place;
  /** The text around the secret, which itself is blotted out. */
  excerpt: string;
}

export interface SecretWatch {
  remember(value: string, kind: SecretKind): void;
  capture(text: string, place: Place): void;
  leaks(): Leak[];
  /** How many secrets of each kind are known, and how many texts of each place were captured. */
  counts(): Record<SecretKind | Place, number>;
}

/** The protocols' redirects carry these (RFC 5849 sections 2.2 and 2.3, RFC 6749 section 4.1.2); nothing else may. */
const allowedInUrls: readonly SecretKind[] = ['request token', 'verifier', 'code'];

/** Shorter values can't be told from ordinary words, and are not remembered. */
const shortestSecret = 12;
const prefixLength = 8;

export function createSecretWatch(): SecretWatch {
  const secrets = new Map<string, SecretKind>();
  const texts = new Map<Place, Set<string>>(places.map((place) => [place, new Set()]));
  return {
    remember: (value, kind) => {
      if (value.length >= shortestSecret && !secrets.has(value)) secrets.set(value, kind);
    },
    capture: (text, place) => void texts.get(place)?.add(text),
    leaks: () => {
      const index = indexByPrefix(secrets);
      return [...texts].flatMap(([place, said]) => [...said].flatMap((text) => leaksIn(text, place, index)));
    },
    counts: () => {
      const known = secretKinds.map((kind) => [
        kind,
        [...secrets.values()].filter((it) => it === kind).length,
      ]);
      const captured = places.map((place) => [place, texts.get(place)?.size ?? 0]);
      return Object.fromEntries([...known, ...captured]) as Record<SecretKind | Place, number>;
    },
  };
}

type Index = Map<string, { form: string; kind: SecretKind }[]>;

/** Thousands of secrets against megabytes of text: one look-up per character instead of one search per secret. */
function indexByPrefix(secrets: ReadonlyMap<string, SecretKind>): Index {
  const index: Index = new Map();
  for (const [value, kind] of secrets) {
    for (const form of formsOf(value)) {
      const prefix = form.slice(0, prefixLength);
      index.set(prefix, [...(index.get(prefix) ?? []), { form, kind }]);
    }
  }
  return index;
}

/** As it is, as in a URL, and as in a URL within a URL or in a base string. */
function formsOf(value: string): Set<string> {
  const encoded = encodeURIComponent(value);
  return new Set([value, encoded, encodeURIComponent(encoded)]);
}

function leaksIn(text: string, place: Place, index: Index): Leak[] {
  const found: Leak[] = [];
  for (let start = 0; start + prefixLength <= text.length; start += 1) {
    for (const { form, kind } of index.get(text.slice(start, start + prefixLength)) ?? []) {
      if (!text.startsWith(form, start) || (place === 'url' && allowedInUrls.includes(kind))) continue;
      const after = text.slice(start + form.length, start + form.length + 80);
      found.push({ kind, place, excerpt: `${text.slice(Math.max(0, start - 160), start)}[${kind}]${after}` });
    }
  }
  return found;
}

/** The watch of this run. Specs about watching make their own. */
export const watch = createSecretWatch();

export function rememberSecret(value: string, kind: SecretKind): string {
  watch.remember(value, kind);
  return value;
}

export function captureOutput(text: string | Uint8Array): void {
  watch.capture(Buffer.from(text).toString(), 'log');
}

export function captureError(text: string): void {
  watch.capture(text, 'error');
}

export function captureUrl(url: string): void {
  watch.capture(url, 'url');
}

/** Captures what is logged, with the causes of errors and hidden fields, and passes it on. */
export function capturingLogger(next?: Logger): Logger {
  const level =
    (name: keyof Logger) =>
    (fields: object, message: string): void => {
      captureOutput(
        `${name} ${message} ${inspect(fields, { depth: 12, showHidden: true, maxStringLength: null })}`,
      );
      next?.[name](fields, message);
    };
  return { debug: level('debug'), info: level('info'), warn: level('warn'), error: level('error') };
}

/** A destination for pino. */
export function capturingStream(): { write(line: string): void } {
  return { write: captureOutput };
}
