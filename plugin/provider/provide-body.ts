/**
 * The signature check has consumed the request's stream, so the handler behind would see no body at all: it finds what
 * was read where a body parser would have put it. A body that a parser in front has put there stays as it is.
 */
import { parse } from 'node:querystring';
import type { Request } from 'express';
import { ApplinksError } from '../errors.js';

export interface ReadBodies {
  form: string | undefined;
  /** Read because `oauth_body_hash` covers it. */
  bytes: Buffer | undefined;
}

/** Sets `req.body`: an object for a form, the value for JSON, a Buffer for anything else. @throws ApplinksError */
export function provideBody(req: Request, { form, bytes }: ReadBodies): void {
  if (form === undefined && bytes === undefined) return;
  markAsRead(req);
  if (isParsed(req.body)) return;
  if (form !== undefined) req.body = parse(form);
  else if (bytes !== undefined && bytes.length > 0) req.body = isJson(req) ? parseJson(bytes) : bytes;
}

/** What Express 4's parsers go by: without it one that comes later fails on the stream that has ended. */
function markAsRead(req: Request): void {
  Object.assign(req, { _body: true });
}

/** Express 4's parsers leave an empty object for a body that they did not read. */
function isParsed(body: unknown): boolean {
  if (typeof body !== 'object' || body === null) return body !== undefined;
  return Object.keys(body).length > 0;
}

function isJson(req: Request): boolean {
  return /^application\/(?:[\w.+-]+\+)?json\s*(?:;|$)/i.test(req.headers['content-type'] ?? '');
}

function parseJson(bytes: Buffer): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes)) as unknown;
  } catch {
    throw new ApplinksError('invalid_input', 400, 'The body is not JSON in UTF-8.');
  }
}
