/**
 * The requests of one round, whole and ahead of it. All that go to a build carry an Authorization header, which the bare
 * route does not look at; a refresh is a form with the client's credentials.
 */
import { signRequest } from 'express-applinks/testing';
import type { BenchConsumer } from './consumers.js';
import { paths } from './paths.js';
import type { Up } from './server.js';

export const routes = ['bare', 'HMAC-SHA1', 'RSA-SHA1', 'Bearer', 'refresh'] as const;

export type Route = (typeof routes)[number];

export const expectedStatus = (route: Route): number => (route === 'refresh' ? 200 : 201);

/** `tokens`: of which each refreshes once; used by that route only. */
export function buildRequests(up: Up, route: Route, count: number, tokens: readonly string[]): Buffer[] {
  if (route === 'refresh') return tokens.map((token) => refresh(up, token));
  return Array.from({ length: count }, () => build(up, route));
}

function build({ baseUrl, consumers, client }: Up, route: Exclude<Route, 'refresh'>): Buffer {
  const path = route === 'bare' ? paths.bare : paths.signed;
  if (route === 'Bearer')
    return raw(baseUrl, path, { authorization: `Bearer ${client.accessToken}`, 'content-length': '0' });
  const consumer = consumerFor(consumers, route === 'bare' ? 'HMAC-SHA1' : route);
  const { headers } = signRequest({ method: 'POST', url: baseUrl + path, ...consumer });
  return raw(baseUrl, path, { ...headers, 'content-length': '0' });
}

function refresh({ baseUrl, client }: Up, token: string): Buffer {
  const body = new URLSearchParams({
    ...{ grant_type: 'refresh_token', refresh_token: token },
    ...{ client_id: client.clientId, client_secret: client.clientSecret },
  }).toString();
  const headers = {
    'content-type': 'application/x-www-form-urlencoded',
    'content-length': String(body.length),
  };
  return raw(baseUrl, paths.token, headers, body);
}

function raw(baseUrl: string, path: string, headers: Readonly<Record<string, string>>, body = ''): Buffer {
  const { host } = new URL(baseUrl);
  const lines = Object.entries({ ...headers, host }).map(([name, value]) => `${name}: ${value}`);
  return Buffer.from([`POST ${path} HTTP/1.1`, ...lines, '', body].join('\r\n'));
}

function consumerFor(consumers: readonly BenchConsumer[], method: string): BenchConsumer {
  const consumer = consumers.find(({ identity }) => identity.signatureMethod === method);
  if (!consumer) throw new Error(`The server has no ${method} consumer.`);
  return consumer;
}
