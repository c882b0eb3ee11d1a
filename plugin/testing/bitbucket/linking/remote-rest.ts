/**
 * Calls of the link framework to the other side's REST resources (applinks-oauth1.md 3.2, 5.3): JSON, `no-check`,
 * 15 seconds, redirects followed up to three times with the credentials, as the original does.
 */
import { headerOf, type Exchange } from '../../http-exchange.js';
import type { StandInContext } from '../context.js';
import { below } from './manifest-download.js';

export interface RemoteCall {
  method: string;
  /** Below the remote's rpcUrl. */
  path: string;
  /** Sent as JSON. */
  json?: unknown;
}

export type RemoteRest = (call: RemoteCall) => Promise<Exchange>;

export const basicAuthorization = (name: string, password: string): string =>
  `Basic ${Buffer.from(`${name}:${password}`).toString('base64')}`;

export const isSuccess = ({ status }: Pick<Exchange, 'status'>): boolean => status >= 200 && status <= 299;

const maxRedirects = 3;

/** `authorization` absent: anonymous. */
export const createRemoteRest =
  (context: Pick<StandInContext, 'send'>, rpcUrl: string, authorization?: string): RemoteRest =>
  async ({ method, path, json }) => {
    const body = json === undefined ? undefined : JSON.stringify(json);
    const headers = {
      'X-Atlassian-Token': 'no-check',
      Accept: 'application/json',
      ...(body !== undefined && { 'Content-Type': 'application/json' }),
      ...(authorization !== undefined && { Authorization: authorization }),
    };
    let url = below(rpcUrl, path);
    for (let redirects = 0; ; redirects += 1) {
      const answer = await context.send({ method, url, headers, body });
      const location = headerOf(answer, 'location');
      const isRedirect = answer.status >= 300 && answer.status <= 399 && location !== undefined;
      if (!isRedirect || redirects === maxRedirects) return answer;
      url = new URL(location, url).href;
    }
  };
