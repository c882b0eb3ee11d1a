/**
 * The form of both tokens: an HS256 JWT whose only claim is the id under which the provider stores it (oauth2.md 2.5).
 * A token that is no JWT is told apart from one with a wrong signature, since the original answers them differently.
 */
import { createHmac, timingSafeEqual } from 'node:crypto';
import { isRecord, parseJson, text } from '../json-body.js';

const encoded = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');

const signatureOf = (content: string, secret: Buffer): Buffer =>
  createHmac('sha256', secret).update(content).digest();

export function signJwt(id: string, secret: Buffer): string {
  const content = `${encoded({ alg: 'HS256' })}.${encoded({ id })}`;
  return `${content}.${signatureOf(content, secret).toString('base64url')}`;
}

const decoded = (part: string): unknown => parseJson(Buffer.from(part, 'base64url').toString('utf8'));

/** Its id; undefined: signed by nobody here; `malformed`: no JWT at all. */
export function readJwt(token: string, secret: Buffer): { id: string | undefined } | 'malformed' {
  const [header = '', payload = '', signature = '', ...rest] = token.split('.');
  const [head, claims] = [decoded(header), decoded(payload)];
  // What `alg` says does not matter: no other is ever tried.
  if (rest.length > 0 || signature === '' || !isRecord(head) || !isRecord(claims)) return 'malformed';
  const given = Buffer.from(signature, 'base64url');
  const expected = signatureOf(`${header}.${payload}`, secret);
  const isOurs = given.length === expected.length && timingSafeEqual(given, expected);
  return { id: isOurs ? text(claims.id) : undefined };
}
