/**
 * Bodies of the linking resources, XML or JSON (applinks-oauth1.md 2.3 row 4), as one record: a peer's client library
 * chooses the form. A missing content type with an empty body is an empty record.
 */
import type { Request } from 'express';
import { z } from 'zod';
import { ApplinksError } from '../../errors.js';
import type { RawBodies } from '../../http/raw-body.js';
import { readXml, type XmlElement } from '../../http/xml.js';

export type Fields = Readonly<Record<string, unknown>>;

/** XML has no booleans. */
export const flag = z.union([z.boolean(), z.stringbool()]);

/** Nor has it objects that are empty. */
export const settings = z.union([
  z.literal('').transform((): Fields => ({})),
  z.record(z.string(), z.unknown()),
]);

/** @throws ApplinksError `invalid_input`, `unsupported_media_type`, `payload_too_large` */
export async function readFields(req: Request, rawBodies: RawBodies): Promise<Fields> {
  const bytes = await rawBodies.readBytes(req);
  const type = (req.headers['content-type'] ?? '').split(';')[0]?.trim().toLowerCase() ?? '';
  if (bytes.length === 0) return {};
  if (/^(?:application|text)\/xml$/.test(type)) return xmlFields(readXml(bytes));
  if (type === 'application/json') return jsonFields(bytes);
  throw new ApplinksError(
    'unsupported_media_type',
    415,
    'Send the body as application/json or application/xml.',
  );
}

/** Of a name that is repeated the first one counts. */
function xmlFields({ children }: XmlElement): Fields {
  const fields = new Map<string, unknown>();
  for (const child of children) {
    if (!fields.has(child.name))
      fields.set(child.name, child.children.length > 0 ? xmlFields(child) : child.text.trim());
  }
  return Object.fromEntries(fields);
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
