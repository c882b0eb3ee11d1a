/** Routes of Bitbucket's REST: version `1.0` or `latest`, captures decoded, and a refusal thrown is the answer. */
import type { Incoming } from '../answer.js';
import type { Handler } from '../callers.js';
import type { StandInContext } from '../context.js';
import { on, type Route } from '../route.js';
import { restError, RestRefusal } from './rest-error.js';

export type RestHandler = (
  context: StandInContext,
  incoming: Incoming,
  headers: Parameters<Handler>[1],
) => ReturnType<Handler>;

export const repositoryPattern = '/rest/api/(?:1\\.0|latest)/projects/([^/]+)/repos/([^/]+)';

/** Undefined for bytes that are no UTF-8. */
function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}

export const answeringRefusals =
  (context: StandInContext, handle: RestHandler): Handler =>
  async (incoming, headers) => {
    const captures = incoming.captures.map((capture: string | undefined) => decoded(capture ?? ''));
    if (!captures.every((capture) => capture !== undefined)) return restError(400, 'The path is malformed.');
    try {
      return await handle(context, { ...incoming, captures }, headers);
    } catch (error) {
      if (error instanceof RestRefusal) return error.answer;
      throw error;
    }
  };

/** `path` is the source of a regular expression. */
export const restRoutes =
  (context: StandInContext) =>
  (method: string, path: string, handle: RestHandler): Route =>
    on(method, path, answeringRefusals(context, handle));
