/**
 * The error list that the other side answers while linking (applinks-oauth1.md 2.1, 2.3 row 4), XML or JSON by its
 * content type, and our own of the same form.
 */
import { headerOf, type Exchange } from '../../http-exchange.js';
import { json, type Answer } from '../answer.js';
import { isRecord, parseJson } from '../json-body.js';
import { childTexts, readXml } from './xml-reader.js';

/** Undefined when the body is no error list: the administrator then sees a general error only. */
export function readErrorList(answer: Exchange): string[] | undefined {
  if (/xml/i.test(headerOf(answer, 'content-type') ?? '')) {
    const root = readXml(answer.body);
    return root?.name === 'error' ? childTexts(root, 'message') : undefined;
  }
  const root = parseJson(answer.body);
  if (!isRecord(root) || root.message === undefined) return undefined;
  return [root.message].flat().filter((message) => typeof message === 'string');
}

/** `fields` names the form fields that the messages belong to, one each. */
export const errorList = (
  status: number,
  messages: readonly string[],
  fields: readonly string[] = [],
): Answer => json(status, { status, message: messages, fields });

/** The errors of the 3.0-only resources (applinks-oauth1.md 2.1). */
export const v3Error = (status: number, summary: string, context: string | null = null): Answer =>
  json(status, { status, errors: [{ context, summary, details: [] }] });
