/**
 * Raw request bodies. Signatures cover the form exactly as it was sent (rule 6), so the kit reads forms itself, or
 * takes the bytes that a body parser in front kept through `keepRawBody`. Bounded, so a client cannot fill memory.
 */
import type { IncomingMessage } from 'node:http';
import type { Request } from 'express';
import { ApplinksError } from '../errors.js';

const defaultLimitBytes = 1024 * 1024;

export interface RawBodies {
  /** For `express.urlencoded({ verify })` and `express.json({ verify })`. */
  keepRawBody: (req: IncomingMessage, res: unknown, body: Buffer) => void;
  /**
   * The raw form, or undefined when the body is not a form.
   * @throws ApplinksError `raw_body_unavailable` when a parser has read it and did not keep it, `payload_too_large`,
   * `unsupported_media_type` when it is compressed.
   */
  readForm(req: Request, limitBytes?: number): Promise<string | undefined>;
  /** The raw body of any type, of 1 MiB at most unless told otherwise; the same errors. */
  readBytes(req: Request, limitBytes?: number): Promise<Buffer>;
}

export function createRawBodies(): RawBodies {
  const kept = new WeakMap<IncomingMessage, Buffer>();
  const readBytes = async (req: Request, limitBytes = defaultLimitBytes): Promise<Buffer> => {
    const known = kept.get(req);
    if (known && known.length > limitBytes) throw tooLarge(limitBytes);
    if (known) return known;
    if (req.readableEnded || req.readableDidRead) throw unavailable();
    const bytes = await readAll(req, limitBytes);
    kept.set(req, bytes);
    return bytes;
  };
  return {
    keepRawBody: (req, _res, body) => void kept.set(req, body),
    readBytes,
    readForm: async (req, limitBytes) =>
      isForm(req) ? (await readBytes(req, limitBytes)).toString('utf8') : undefined,
  };
}

/** RFC 5849 section 3.4.1.3.1: only this media type takes part in the signature. */
export function isForm(req: IncomingMessage): boolean {
  return /^application\/x-www-form-urlencoded\s*(?:;|$)/i.test(req.headers['content-type'] ?? '');
}

async function readAll(req: Request, limitBytes: number): Promise<Buffer> {
  const encoding = req.headers['content-encoding'];
  if (encoding !== undefined && encoding !== 'identity') {
    throw new ApplinksError('unsupported_media_type', 415, 'Send the body without Content-Encoding.');
  }
  const chunks: Buffer[] = [];
  let size = 0;
  // Leaving the loop must not destroy the request: its socket still carries the answer.
  const stream: AsyncIterable<Buffer> = req.iterator({ destroyOnReturn: false });
  try {
    for await (const chunk of stream) {
      size += chunk.length;
      if (size > limitBytes) throw tooLarge(limitBytes);
      chunks.push(chunk);
    }
  } catch (error) {
    if (error instanceof ApplinksError || !req.destroyed) throw error;
    throw new ApplinksError('invalid_input', 400, 'The request ended before its body was complete.', {
      cause: error,
    });
  }
  return Buffer.concat(chunks);
}

function tooLarge(limitBytes: number): ApplinksError {
  return new ApplinksError('payload_too_large', 413, `The body is larger than ${limitBytes} bytes.`);
}

function unavailable(): ApplinksError {
  return new ApplinksError(
    'raw_body_unavailable',
    500,
    'A body parser has read the request before express-applinks. Mount applinks.router() before it, or give the ' +
      'parser `verify: applinks.keepRawBody`, for example express.urlencoded({ verify: applinks.keepRawBody }) or ' +
      'express.json({ verify: applinks.keepRawBody }).',
  );
}
