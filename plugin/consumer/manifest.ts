/**
 * Asks a peer who it is (applinks-oauth1.md 1.1, 1.2; row b1). The manifest is anonymous and unsigned: everything in
 * it is a claim, shown to the administrator before it is believed. Its list of outgoing types is known to be wrong
 * at Atlassian peers and must not be trusted.
 */
import { z } from 'zod';
import { ApplinksError } from '../errors.js';
import { readXml, type XmlElement } from '../http/xml.js';
import { mediaType, readAnswer, requireOk } from './peer-answer.js';
import type { Transport, TransportAnswer } from './transport.js';

const maxBytes = 65_536;
const what = 'a manifest';
/** Stands in both lists of an Atlassian peer and means nothing. */
const placeholder = 'placeholder.to.ensure.backwards.compatibility';

const given = z.union([z.string(), z.number()]).transform(String);
const text = given.pipe(
  z
    .string()
    .trim()
    .min(1)
    .max(255)
    .regex(/^\P{C}+$/u),
);
const webUrl = z
  .string()
  .trim()
  .max(2048)
  .refine(isWebUrl)
  .transform((value) => value.replace(/\/+$/, ''));
const names = z
  .preprocess((value) => (value === undefined || value === null ? [] : [value].flat()), z.array(text).max(64))
  .transform((list) => [...new Set(list)].filter((name) => name !== placeholder));
const optional = <T extends z.ZodType>(schema: T) =>
  schema.nullish().transform((value) => value ?? undefined);
/** For what nothing depends on: a bad value counts as none. */
const informal = <T extends z.ZodType>(schema: T) => optional(schema).catch(undefined);

const manifestSchema = z.object({
  /** The peer's server id, in lower case. */
  id: z
    .string()
    .trim()
    .pipe(z.guid())
    .transform((id) => id.toLowerCase()),
  typeId: text,
  name: optional(text),
  version: informal(text),
  buildNumber: informal(given.pipe(z.string().regex(/^\d{1,15}$/)).transform(Number)),
  /** Present when the peer speaks application links. */
  applinksVersion: informal(given.pipe(z.string().regex(/^\d{1,9}(?:\.\d{1,9}){0,2}(?:\.[\w-]{1,64})?$/))),
  inboundAuthenticationTypes: names,
  outboundAuthenticationTypes: names,
  publicSignup: informal(
    z.union([z.boolean(), z.enum(['true', 'false']).transform((value) => value === 'true')]),
  ),
  url: optional(webUrl),
  iconUrl: informal(webUrl),
  iconUri: informal(webUrl),
});

/** What a peer says of itself; `name` is its host when it gives none, `url` has no slash at its end. */
export type Manifest = z.output<typeof manifestSchema> & { name: string };

export interface ManifestOptions {
  /** Refuse our own base URL. */
  refuseOwn?: boolean;
  signal?: AbortSignal;
}

/**
 * @param baseUrl the peer's base URL with its context path.
 * @throws PeerUnreachable; `bad_answer` for everything but a usable manifest with status 200.
 */
export async function fetchManifest(
  transport: Transport,
  baseUrl: string,
  options: ManifestOptions = {},
): Promise<Manifest> {
  const answer = await transport.request({
    url: `${baseUrl.replace(/\/+$/, '')}/rest/applinks/1.0/manifest`,
    headers: { accept: 'application/xml, application/json;q=0.9' },
    maxBytes,
    ...options,
  });
  requireOk(answer, what);
  const fields = readAnswer(answer, what, () => readFields(answer));
  return readAnswer(answer, what, () => {
    const result = manifestSchema.safeParse(fields);
    if (!result.success) throw unusable(result.error);
    return { ...result.data, name: result.data.name ?? new URL(answer.url).host };
  });
}

function readFields(answer: TransportAnswer): unknown {
  const type = mediaType(answer) ?? (answer.body[0] === 0x3c ? 'application/xml' : 'application/json');
  if (/^(?:application|text)\/(?:[\w.-]+\+)?xml$/.test(type) && type !== 'application/xhtml+xml') {
    return fieldsOf(readXml(answer.body));
  }
  if (/^application\/(?:[\w.-]+\+)?json$/.test(type)) {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(answer.body));
  }
  throw new ApplinksError('unsupported_media_type', 415, 'Only XML and JSON are understood.');
}

/** Children by name; a repeated one becomes an array, an empty one counts as absent. */
function fieldsOf(root: XmlElement): Record<string, unknown> {
  if (root.name !== 'manifest')
    throw new ApplinksError('invalid_input', 400, 'Its root element is not "manifest".');
  const values = new Map<string, string[]>();
  for (const { name, text: value } of root.children) {
    if (value.trim() !== '') values.set(name, [...(values.get(name) ?? []), value]);
  }
  return Object.fromEntries([...values].map(([name, list]) => [name, list.length === 1 ? list[0] : list]));
}

function unusable(error: z.ZodError): ApplinksError {
  const fields = [...new Set(error.issues.map(({ path }) => String(path[0] ?? 'document')))];
  return new ApplinksError('invalid_input', 400, `Missing or unusable: ${fields.join(', ')}.`);
}

function isWebUrl(value: string): boolean {
  if (!URL.canParse(value)) return false;
  const { protocol, username, password } = new URL(value);
  return /^https?:$/.test(protocol) && username === '' && password === '';
}
