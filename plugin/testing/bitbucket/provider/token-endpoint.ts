/** What both token endpoints share: problems become answers, tokens travel as text/plain (applinks-oauth1.md 6.2). */
import { encodeParameters } from '../../base-string.js';
import type { Answer } from '../answer.js';
import type { Handler } from '../callers.js';
import type { StandInContext } from '../context.js';
import { forcedRefusal } from './forced-refusal.js';
import { challenge, OAuthRefusal, refusalAnswer } from './oauth-refusal.js';
import { readSignedMessage, type SignedMessage } from './signed-message.js';

/** A GET is not refused: it gets nothing, with 200. */
export const emptyAnswer = (): Answer => ({ status: 200, headers: {}, body: '' });

/** Any other failure is a 500 with a bare challenge. */
export function answerOfFailure(error: unknown, realm: string): Answer {
  if (error instanceof OAuthRefusal) return refusalAnswer(error, realm);
  return { status: 500, headers: { 'WWW-Authenticate': challenge(realm) }, body: '' };
}

export const tokenEndpoint =
  (
    context: StandInContext,
    grant: (context: StandInContext, message: SignedMessage) => Readonly<Record<string, string>>,
  ): Handler =>
  (incoming, headers) => {
    try {
      const forced = forcedRefusal(context);
      if (forced) throw forced;
      const granted = grant(context, readSignedMessage(incoming, headers));
      return {
        status: 200,
        headers: { 'Content-Type': 'text/plain;charset=UTF-8' },
        body: encodeParameters(Object.entries(granted)),
      };
    } catch (error) {
      return answerOfFailure(error, context.baseUrl());
    }
  };
