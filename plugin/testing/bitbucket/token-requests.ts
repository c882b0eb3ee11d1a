/**
 * The two server-to-server steps of the dance (applinks-oauth1.md 5.2 rows 1, 2, 6, 7): POST with all OAuth
 * parameters in the form body, no Authorization header, redirects not followed; the answer's content type and every
 * field but token and secret are ignored.
 */
import type { Exchange } from '../http-exchange.js';
import { signRequest, type SigningIdentity } from '../sign-request.js';
import type { StandInContext } from './context.js';
import { reportedProblem } from './oauth-challenge.js';
import type { ConsumerToken } from './state.js';

export interface Refusal {
  problem: string | undefined;
  advice: string | undefined;
  message: string;
}

export type TokenAnswer =
  { granted: Pick<ConsumerToken, 'token' | 'secret' | 'sessionHandle'> } | { refused: Refusal };

export interface TokenRequest {
  url: string;
  identity: SigningIdentity;
  protocol: Readonly<Record<string, string>>;
  token?: string | undefined;
  tokenSecret?: string | undefined;
}

function read(answer: Exchange): TokenAnswer {
  const reported = reportedProblem(answer.headers);
  if (answer.status < 200 || answer.status > 299) {
    const message = reported?.problem
      ? `The other application reported the problem ${reported.problem}.`
      : `The status code of the other application's answer is ${answer.status}.`;
    return { refused: { problem: reported?.problem, advice: reported?.advice, message } };
  }
  const fields = new URLSearchParams(answer.body.trim());
  const token = fields.get('oauth_token');
  const secret = fields.get('oauth_token_secret');
  if (!token || !secret) {
    const message = 'The answer lacks oauth_token or oauth_token_secret.';
    return { refused: { problem: undefined, advice: undefined, message } };
  }
  return { granted: { token, secret, sessionHandle: fields.get('oauth_session_handle') ?? undefined } };
}

export async function requestToken(context: StandInContext, wanted: TokenRequest): Promise<TokenAnswer> {
  const signed = signRequest({ method: 'POST', placement: 'form', ...wanted, ...context.signing() });
  try {
    return read(await context.send(signed));
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    const message = `The other application did not answer: ${reason}.`;
    return { refused: { problem: undefined, advice: undefined, message } };
  }
}
