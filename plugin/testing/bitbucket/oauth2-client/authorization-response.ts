/**
 * What the browser brings back (oauth2.md 1.4): an error wins over a code; a parameter `response` is taken for a JWT
 * and cannot be read; `iss` and everything else is ignored.
 */
import { legibleText } from './legible-text.js';

export type AuthorizationResponse =
  | { kind: 'unreadable' }
  /** `text`: what survives of it, as JSON. */
  | { kind: 'error'; state: string; text: string }
  | { kind: 'success'; state: string; code: string };

export function readAuthorizationResponse(query: URLSearchParams): AuthorizationResponse {
  const state = query.get('state') ?? '';
  const error = query.get('error') ?? '';
  if (error.trim() !== '') {
    const described = {
      error: legibleText(error),
      error_description: legibleText(query.get('error_description')),
    };
    return { kind: 'error', state, text: JSON.stringify(described) };
  }
  if (query.has('response')) return { kind: 'unreadable' };
  return { kind: 'success', state, code: query.get('code') ?? '' };
}
