/** What the stand-in was asked, for specs to look at: whole requests, but without passwords, client secrets and session cookies. */
import type { IncomingHttpHeaders } from 'node:http';

export interface ReceivedRequest {
  method: string;
  /** Host name and port that the caller used. */
  host: string;
  /** Below the context path. */
  path: string;
  /** As it came, without the question mark. */
  query: string;
  /** Names in lower case; repeated ones joined. */
  headers: Readonly<Record<string, string>>;
  body: string;
}

const hidden = '***';

/** In forms, queries and JSON. */
const withoutPasswords = (text: string): string =>
  text
    .replace(/((?:^|&)[a-z_]*(?:password|client_secret)=)[^&]*/gi, `$1${hidden}`)
    .replace(/("(?:[a-z_]*(?:password|client_secret)|secret)"\s*:\s*)"(?:[^"\\]|\\.)*"/gi, `$1"${hidden}"`);

function shown(name: string, value: string): string {
  if (name === 'cookie') return hidden;
  return name === 'authorization' ? value.replace(/^(basic|bearer)\s.*$/is, `$1 ${hidden}`) : value;
}

export function recordOf(
  request: Pick<ReceivedRequest, 'method' | 'path' | 'query' | 'body'>,
  headers: IncomingHttpHeaders,
): ReceivedRequest {
  const entries = Object.entries(headers).map(([name, value = '']) => [
    name,
    shown(name, [value].flat().join(', ')),
  ]);
  return {
    ...request,
    host: headers.host ?? '',
    query: withoutPasswords(request.query),
    headers: Object.fromEntries(entries) as Record<string, string>,
    body: withoutPasswords(request.body),
  };
}
