/**
 * One HTTP request with node:http and what came back, header spelling and order included: Atlassian's consumer
 * looks up `WWW-Authenticate` by its exact spelling (applinks-oauth1.md 5.4), which fetch() would hide.
 * Redirects are never followed here. A hostile server can neither hang us nor fill the memory.
 */
import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';

export interface ExchangeRequest {
  method: string;
  url: string;
  headers: Readonly<Record<string, string>>;
  body?: string | undefined;
  /** 15 seconds by default. */
  timeoutMs?: number | undefined;
  /** PEM of an authority to trust, instead of the usual ones. */
  ca?: string | undefined;
}

export interface Exchange {
  request: ExchangeRequest;
  status: number;
  /** Names as the server spelt them, in the order of arrival, repeated headers one by one. */
  headers: readonly (readonly [name: string, value: string])[];
  body: string;
}

const defaultTimeoutMs = 15_000;
const maxBodyBytes = 4 * 1024 * 1024;

/** Value of the first header of this name, whatever its case. */
export function headerOf(exchange: Pick<Exchange, 'headers'>, name: string): string | undefined {
  return exchange.headers.find(([known]) => known.toLowerCase() === name.toLowerCase())?.[1];
}

/** Rejects when there is no answer within the time, or when its body is larger than 4 MiB. */
export function exchange(asked: ExchangeRequest): Promise<Exchange> {
  return new Promise((resolve, reject) => {
    const send = asked.url.startsWith('https:') ? httpsRequest : httpRequest;
    const length =
      asked.body === undefined ? {} : { 'Content-Length': String(Buffer.byteLength(asked.body)) };
    const request = send(asked.url, {
      method: asked.method,
      headers: { ...asked.headers, ...length },
      agent: false,
      ca: asked.ca,
      signal: AbortSignal.timeout(asked.timeoutMs ?? defaultTimeoutMs),
    });
    request.on('error', reject);
    request.on('response', (response) => {
      const chunks: Buffer[] = [];
      let size = 0;
      response.on('error', reject);
      response.on('data', (chunk: Buffer) => {
        size += chunk.length;
        if (size > maxBodyBytes) response.destroy(new Error(`The answer of ${asked.url} is too large.`));
        else chunks.push(chunk);
      });
      response.on('end', () => {
        const { rawHeaders } = response;
        const headers: [string, string][] = [];
        for (let at = 0; at + 1 < rawHeaders.length; at += 2) {
          headers.push([rawHeaders[at] ?? '', rawHeaders[at + 1] ?? '']);
        }
        resolve({
          request: asked,
          status: response.statusCode ?? 0,
          headers,
          body: Buffer.concat(chunks).toString('utf8'),
        });
      });
    });
    request.end(asked.body);
  });
}
