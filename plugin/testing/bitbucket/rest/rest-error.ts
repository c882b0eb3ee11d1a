/** How Bitbucket's REST refuses: a status and `errors[]`, each with what it is about, a sentence and the name of an exception. */
import { json, type Answer } from '../answer.js';

export interface RestErrorEntry {
  /** Name of the field that is wrong; null for the whole request. */
  context: string | null;
  message: string;
  exceptionName: string | null;
}

export const restErrors = (status: number, errors: readonly RestErrorEntry[]): Answer =>
  json(status, { errors });

export const restError = (status: number, message: string, exceptionName: string | null = null): Answer =>
  restErrors(status, [{ context: null, message, exceptionName }]);

export const notPermitted = (): Answer =>
  restError(
    401,
    'You are not permitted to access this resource.',
    'com.atlassian.bitbucket.AuthorisationException',
  );

/** Messages by field as one answer; undefined when there are none. */
export function fieldErrors(messages: ReadonlyMap<string, string>): Answer | undefined {
  if (messages.size === 0) return undefined;
  return restErrors(
    400,
    [...messages].map(([context, message]) => ({ context, message, exceptionName: null })),
  );
}

/** Thrown where a value is needed and the answer is already known: what to send instead. */
export class RestRefusal extends Error {
  constructor(readonly answer: Answer) {
    super('The request is refused.');
  }
}
