/**
 * What a peer's REST says when it refuses (applinks-oauth1.md 2.1): a list of messages, or a status with one message. It
 * is shown to our administrator, so it is cut, and nothing but text of it is kept.
 */
import { z } from 'zod';
import { PeerRefused } from '../../errors.js';
import type { PeerCallAnswer } from './peer-call.js';

const errorBody = z.object({
  message: z.union([z.string(), z.array(z.string())]).optional(),
  errors: z.array(z.object({ summary: z.string() })).optional(),
});

const longest = 500;

/** @throws PeerRefused unless the status is 2xx */
export function requireSuccess(answer: PeerCallAnswer): void {
  if (answer.status >= 200 && answer.status < 300) return;
  throw new PeerRefused({ status: answer.status, advice: saidBy(answer) });
}

export function saidBy({ status, body }: PeerCallAnswer): string {
  const told = messagesIn(body).join(' ');
  const known = status === 401 ? 'name and password are wrong, or this user is no administrator there' : '';
  return plain(told) || known || `it answered with status ${status}`;
}

function messagesIn(body: Buffer): string[] {
  try {
    const { message = [], errors = [] } = errorBody.parse(JSON.parse(body.toString('utf8')));
    return [message].flat().concat(errors.map(({ summary }) => summary));
  } catch {
    return [];
  }
}

function plain(text: string): string {
  return text
    .replace(/<[^<>]*>?/g, ' ')
    .replace(/[\p{C}\s]+/gu, ' ')
    .trim()
    .slice(0, longest);
}
