/**
 * Bitbucket's REST as this folder uses it: JSON in, JSON out, a refusal as an error with Bitbucket's own words. A proxy's
 * or login page is no answer of Bitbucket's, whatever its status.
 */
import type { z } from 'zod';
import type { PeerFetch } from '../consumer/link-client.js';
import { PeerRefused, PeerUnreachable } from '../errors.js';

const mostExcerpt = 500;

/** @throws PeerRefused for another status than 2xx, PeerUnreachable `bad_answer` for what is not the JSON that was asked for */
export async function callJson<S extends z.ZodType>(
  fetch: PeerFetch,
  path: string,
  schema: S,
  { method = 'GET', body }: { method?: string; body?: object } = {},
): Promise<z.output<S>> {
  const answer = await fetch(path, jsonCall(method, body));
  const text = await answer.text();
  if (!answer.ok) throw new PeerRefused({ status: answer.status, excerpt: excerptOf(text) });
  const result = schema.safeParse(parse(text));
  if (result.success) return result.data;
  throw new PeerUnreachable(
    'bad_answer',
    `Bitbucket's answer to ${path.split('?')[0] ?? ''} is not what was expected. Check the address of the link, and any proxy or login in front of Bitbucket.`,
    { answer: excerptOf(text), answerStatus: answer.status, cause: result.error },
  );
}

type CallInit = NonNullable<Parameters<PeerFetch>[1]>;

export function jsonCall(method: string, body?: object | string): CallInit {
  const headers: Record<string, string> = { accept: 'application/json' };
  if (body === undefined) return { method, headers };
  headers['content-type'] = 'application/json';
  return { method, headers, body: typeof body === 'string' ? body : JSON.stringify(body) };
}

/** Bitbucket's messages, or the readable beginning of what came instead of them. */
export function excerptOf(text: string): string {
  const answer = parse(text);
  const errors = typeof answer === 'object' && answer !== null && 'errors' in answer ? answer.errors : [];
  const messages = Array.isArray(errors) ? errors.map(messageOf).filter((message) => message !== '') : [];
  return (
    messages.length > 0 ? messages.join(' ') : text.slice(0, mostExcerpt * 4).replace(/<[^<>]*>?/g, ' ')
  )
    .replace(/[\p{C}\s<>]+/gu, ' ')
    .trim()
    .slice(0, mostExcerpt);
}

function messageOf(error: unknown): string {
  const isTold = typeof error === 'object' && error !== null && 'message' in error;
  return isTold && typeof error.message === 'string' ? error.message : '';
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Path of a repository's resource. */
export function repositoryPath(
  { projectKey, repositorySlug }: { projectKey: string; repositorySlug: string },
  rest: string,
): string {
  const [project, repository] = [projectKey, repositorySlug].map(encodeURIComponent);
  return `/rest/api/1.0/projects/${project ?? ''}/repos/${repository ?? ''}/${rest}`;
}
