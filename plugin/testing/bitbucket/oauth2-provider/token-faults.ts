/** What stands between a client and the token endpoint in the field (oauth2.md 8.1 D8, D12), as faulty answers on demand. */
import type { FaultyAnswer } from '../faulty-answers.js';
import type { ReceivedRequest } from '../received.js';
import { tokenPath } from './paths.js';

export type TokenFault =
  'rate-limited' | 'slow' | 'truncated' | 'proxy-page' | 'redirect' | 'server-error' | 'dropped';

const page = '<!doctype html><title>Gateway</title><p>The upstream server did not answer.</p>';
const htmlType = { 'Content-Type': 'text/html;charset=UTF-8' };

export const slowAnswerMs = 2000;

const answers: Readonly<Record<TokenFault, FaultyAnswer>> = {
  'rate-limited': {
    status: 429,
    headers: { 'Retry-After': '2', 'Content-Type': 'application/json;charset=UTF-8' },
    body: '{"errors":["Rate limited"],"fieldErrors":{}}',
  },
  slow: { delayMs: slowAnswerMs },
  truncated: { body: (real) => real.slice(0, real.length / 2) },
  'proxy-page': { status: 200, headers: htmlType, body: page },
  redirect: { status: 302, headers: { Location: '/login' } },
  'server-error': { status: 502, headers: htmlType, body: page },
  dropped: { drop: 'after' },
};

export const tokenFault = (fault: TokenFault): FaultyAnswer => answers[fault];

export const isTokenRequest = ({ method, path }: ReceivedRequest): boolean =>
  method === 'POST' && path === tokenPath;

export const isRefresh = (request: ReceivedRequest): boolean =>
  isTokenRequest(request) && new URLSearchParams(request.body).get('grant_type') === 'refresh_token';
