/**
 * Bodies of the linking resources, XML or JSON (applinks-oauth1.md 2.3 row 4), as one flat record: a peer's client
 * library chooses the form. A missing content type with an empty body is an empty record.
 */
import type { Request } from 'express';
import { ApplinksError } from '../../errors.js';
import type { RawBodies } from '../../http/raw-body.js';
import { readXml } from '../../http/xml.js';

export type Fields = Readonly<Record<string, unknown>>;

/** @throws ApplinksError `invalid_input`, `unsupported_media_type`, `payload_too_large` */
export async function readFields(req: Request, rawBodies: RawBodies): Promise<Fields> {
  const bytes = await rawBodies.readBytes(req);
  const type = (req.headers['content-type'] ?? '').split(';')[0]?.trim().toLowerCase() ?? '';
  if (bytes.length === 0) return {};
  if (/^(?:application|text)\/xml$/.test(type)) return xmlFields(bytes);
  if (type === 'application/json') return jsonFields(bytes);
  throw new ApplinksError(
    'unsupported_media_type',
    415,
    'Send the body as application/json or application/xml.',
  );
}

function xmlFields(bytes: Buffer): Fields {
  const fields: Record<string, unknown> = {};
  for (const { name, text } of readXml(bytes).children) fields[name] ??= text.trim();
  return fields;
}

function jsonFields(bytes: Buffer): Fields {
  const value = parse(bytes);
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Fields;
  throw new ApplinksError('invalid_input', 400, 'The body must be one JSON object.');
}

function parse(bytes: Buffer): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes)) as unknown;
  } catch {
    throw new ApplinksError('invalid_input', 400, 'The body is not JSON in UTF-8.');
  }
}
