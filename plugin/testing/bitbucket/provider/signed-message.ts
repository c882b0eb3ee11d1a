/** The OAuth parameters of an incoming request: header first, then query, then form body (jenkins-integration.md A2). */
import type { IncomingHttpHeaders } from 'node:http';
import { baseString, type Parameter } from '../../base-string.js';
import type { Incoming } from '../answer.js';

export interface SignedMessage {
  /** Without realm. */
  parameters: readonly Parameter[];
  /** First value of a parameter, wherever it travelled. */
  get(name: string): string | undefined;
  /** First value in query or form body. */
  request(name: string): string | undefined;
  baseString(): string;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    // Left as it is, the value fits no signature.
    return text;
  }
}

function headerParameters(authorization: string | undefined): Parameter[] {
  if (!/^OAuth\s/i.test(authorization ?? '')) return [];
  const fields = [...(authorization ?? '').matchAll(/([^\s,="]+)\s*=\s*"([^"]*)"/g)];
  return fields
    .map(([, name = '', value = '']) => [decoded(name), decoded(value)] as const)
    .filter(([name]) => name !== 'realm');
}

export const isForm = (headers: IncomingHttpHeaders): boolean =>
  /^application\/x-www-form-urlencoded/i.test(headers['content-type'] ?? '');

export function readSignedMessage(
  incoming: Pick<Incoming, 'method' | 'base' | 'path' | 'query' | 'body'>,
  headers: IncomingHttpHeaders,
): SignedMessage {
  const form = isForm(headers) ? [...new URLSearchParams(incoming.body)] : [];
  const sent: readonly Parameter[] = [...incoming.query, ...form];
  const parameters = [...headerParameters(headers.authorization), ...sent];
  const first = (of: readonly Parameter[], name: string): string | undefined =>
    of.find(([known]) => known === name)?.[1];
  return {
    parameters,
    get: (name) => first(parameters, name),
    request: (name) => first(sent, name),
    baseString: () =>
      baseString(
        incoming.method,
        new URL(incoming.base + incoming.path),
        parameters.filter(([name]) => name !== 'oauth_signature'),
      ),
  };
}
