/**
 * Answers of the linking resources in the peers' two forms (applinks-oauth1.md 2.1, 2.5): JSON, or XML for clients that
 * ask for it. A peer shows the messages of an error list to its administrator, and makes a nameless 500 of any other
 * body (2.3 row 4), so every refusal is one.
 */
import type { Request, Response } from 'express';
import { setNoStore } from '../../http/security-headers.js';
import { writeXml, type XmlContent, type XmlPair } from '../../http/write-xml.js';

export type Entity = Readonly<Record<string, unknown>>;

/** What a linking resource answers; `root` names the XML element. */
export interface LinkingAnswer {
  status: number;
  root?: string;
  entity?: Entity;
}

export const errorList = (status: number, messages: readonly string[]): LinkingAnswer => ({
  status,
  root: 'error',
  entity: { status, message: messages },
});

export const statusEntity = (status: number, message: string, href?: string): LinkingAnswer => ({
  status,
  root: 'status',
  entity: {
    'status-code': status,
    message,
    ...(href === undefined ? {} : { 'resources-created': [{ href, rel: 'self' }] }),
  },
});

export function sendLinking(req: Request, res: Response, { status, root, entity }: LinkingAnswer): void {
  setNoStore(res);
  res.setHeader('X-Content-Type-Options', 'nosniff');
  res.status(status);
  if (entity === undefined || root === undefined) {
    res.end();
    return;
  }
  if (wantsXml(req)) res.type('application/xml').send(toXml(root, entity));
  else res.json(entity);
}

/** JSON unless XML is preferred: the framework's own calls ask for JSON, its older client for XML (2.3). */
function wantsXml(req: Request): boolean {
  return req.accepts(['application/json', 'application/xml']) === 'application/xml';
}

/** Lists become repeated elements; the status of an error list is an attribute, as Atlassian writes it. */
function toXml(root: string, entity: Entity): string {
  const { status, ...rest } = entity;
  const isErrorList = root === 'error' && typeof status === 'number';
  return writeXml(root, pairsOf(isErrorList ? rest : entity), isErrorList ? { status: String(status) } : {});
}

function pairsOf(entity: object): XmlPair[] {
  return Object.entries(entity).flatMap(([name, value]) =>
    [value].flat().map((item: unknown): XmlPair => [name, contentOf(item)]),
  );
}

function contentOf(value: unknown): XmlContent {
  if (typeof value === 'object' && value !== null) return pairsOf(value);
  return typeof value === 'number' || typeof value === 'boolean' || typeof value === 'string'
    ? value
    : undefined;
}
