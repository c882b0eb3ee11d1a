/**
 * How OAuth 2.0 errors leave (oauth2.md 2.5): `error` with a localised text, and what the original did not foresee in
 * another shape with 500. None of them carries a challenge.
 */
import { json, type Answer } from '../answer.js';
import type { StandInContext } from '../context.js';
import { messageText, type Message } from './messages.js';

export type OAuth2Error =
  | 'invalid_request'
  | 'invalid_client'
  | 'invalid_grant'
  | 'invalid_scope'
  | 'unsupported_grant_type'
  | 'unsupported_response_type'
  | 'unsupported_token_type';

export class OAuth2Refusal extends Error {
  constructor(
    readonly error: OAuth2Error,
    readonly text: Message,
    /** Name of a parameter. */
    readonly detail = '',
  ) {
    super(error);
  }
}

/** Answered in the other shape. */
export class UnexpectedFailure extends Error {
  constructor(readonly text: Message) {
    super(text);
  }
}

/** Throws for the first of these that is blank. */
export function requireParameters(fields: URLSearchParams, names: readonly string[]): void {
  const missing = names.find((name) => !fields.get(name)?.trim());
  if (missing) throw new OAuth2Refusal('invalid_request', 'missing', missing);
}

export const uncached = { 'Cache-Control': 'no-store', Pragma: 'no-cache' } as const;

export function uncachedJson(status: number, value: unknown): Answer {
  const answer = json(status, value);
  return { ...answer, headers: { ...answer.headers, ...uncached } };
}

/** The other shape: `fieldErrors` by the name of the field. */
export const errorCollection = (
  status: number,
  errors: readonly string[],
  fieldErrors: Readonly<Record<string, readonly string[]>> = {},
): Answer => uncachedJson(status, { errors, fieldErrors });

export const descriptionOf = ({ oauth2 }: StandInContext, { text, detail }: OAuth2Refusal): string =>
  messageText(text, oauth2.switches.locale, detail);

/** Runs `handle` and turns what it throws into the wire's answer. */
export async function answeringErrors(
  context: StandInContext,
  handle: () => Answer | Promise<Answer>,
): Promise<Answer> {
  try {
    return await handle();
  } catch (error) {
    if (error instanceof OAuth2Refusal) {
      const status = error.error === 'invalid_client' ? 401 : 400;
      return uncachedJson(status, { error: error.error, error_description: descriptionOf(context, error) });
    }
    if (!(error instanceof UnexpectedFailure)) throw error;
    return errorCollection(500, [messageText(error.text, context.oauth2.switches.locale)]);
  }
}
