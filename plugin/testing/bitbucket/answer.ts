/** What a handler is told and what it answers: plain values, so that handlers are functions of their input. */
import type { Readable } from 'node:stream';
import type { User } from './state.js';

export interface Incoming {
  method: string;
  /** Path below the context path, and the query. */
  path: string;
  query: URLSearchParams;
  /** Captures of the route's pattern. */
  captures: readonly string[];
  /** Scheme, host and port that this browser used, and the context path: never a configured base URL. */
  base: string;
  body: string;
  /** In place of `body`, for git, which reads bytes as they come. */
  upload?: Readable | undefined;
  /** By session cookie, or by a signature. */
  user: User | undefined;
  /** Anti-forgery token of this session, sent back as `atl_token`; undefined without a session. */
  formToken: string | undefined;
  /** Key of the consumer that signed the request; `user` is then as whom it runs. */
  oauthConsumerKey: string | undefined;
  /** By HTTP Basic; undefined when absent or wrong. */
  basicUser: User | undefined;
  /** Of the access token that named the user, with those included; absent: whatever the user may. */
  scopes?: ReadonlySet<string>;
}

export interface Answer {
  status: number;
  headers: Readonly<Record<string, string>>;
  body: string;
  /** In place of `body`: bytes, and of any length. */
  stream?: Readable;
}

export function json(status: number, value: unknown): Answer {
  return {
    status,
    headers: { 'Content-Type': 'application/json;charset=UTF-8', 'Cache-Control': 'no-cache' },
    body: JSON.stringify(value),
  };
}

export const redirect = (location: string): Answer => ({
  status: 302,
  headers: { Location: location },
  body: '',
});

/** The shape of the 1.0 and 2.0 resources' errors (applinks-oauth1.md 2.1). */
export const statusEntity = (status: number, message: string): Answer =>
  json(status, { 'status-code': status, message });
