/**
 * Who may call the REST of outgoing links, and the shape of its errors (oauth2.md 1.1): a system administrator, by
 * session or HTTP Basic, and only while the own base URL is safe. Nothing is cached.
 */
import { json, type Answer, type Incoming } from '../answer.js';
import type { Handler } from '../callers.js';
import { isSystemAdmin } from '../linking/roles.js';
import { InvalidConfig, type FieldErrors } from './check-config.js';
import type { OAuth2ClientContext } from './context.js';
import { isSafeAddress } from './https-rule.js';

export type ClientRestHandler = (
  context: OAuth2ClientContext,
  incoming: Incoming,
) => Answer | Promise<Answer>;

const uncached = (answer: Answer): Answer => ({
  ...answer,
  headers: { ...answer.headers, 'Cache-Control': 'no-store, no-cache' },
});

export const clientError = (
  status: number,
  errors: readonly string[],
  fieldErrors: FieldErrors = {},
): Answer => json(status, { errors, fieldErrors });

export const noSuchConfig = (): Answer => clientError(404, ['No outgoing link has this id or name.']);

async function answerOf(
  context: OAuth2ClientContext,
  incoming: Incoming,
  handle: ClientRestHandler,
): Promise<Answer> {
  const user = incoming.basicUser ?? incoming.user;
  if (!user || !isSystemAdmin(user)) return clientError(401, ['Only a system administrator may do this.']);
  if (!isSafeAddress(context.baseUrl(), context.switches)) {
    return clientError(400, ['The base URL must begin with https.']);
  }
  try {
    return await handle(context, incoming);
  } catch (error) {
    if (error instanceof InvalidConfig) return clientError(400, [], error.fieldErrors);
    return clientError(500, [error instanceof Error ? error.message : 'Something went wrong.']);
  }
}

export const clientRest =
  (context: OAuth2ClientContext, handle: ClientRestHandler): Handler =>
  async (incoming) =>
    uncached(await answerOf(context, incoming, handle));
