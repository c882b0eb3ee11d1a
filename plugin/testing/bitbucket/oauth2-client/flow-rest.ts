/** The REST resource `config/flow`, by which a connection is tested (oauth2.md 1.1, 1.8). A result is read once. */
import { json } from '../answer.js';
import { beginFlow } from './begin-flow.js';
import { clientError, noSuchConfig, type ClientRestHandler } from './client-rest.js';

export const postFlow: ClientRestHandler = (context, { query, formToken }) => {
  const config = context.configs.get(query.get('id') ?? '');
  if (!config) return noSuchConfig();
  if (formToken === undefined) return clientError(400, ['A test needs an HTTP session.']);
  const callbackUrl = query.get('callbackUrl') ?? '';
  if (!URL.canParse(callbackUrl)) return clientError(400, ['The callback URL must be absolute.']);
  const begun = beginFlow(context, formToken, config, { callbackUrl, purpose: 'test' });
  return typeof begun === 'string' ? clientError(400, [begun]) : json(200, begun);
};

export const showFlow: ClientRestHandler = (context, { captures: [id = ''], formToken }) => {
  const result = context.flows.takeResult(formToken, id);
  if (!result) return clientError(404, ['No flow of this session has this id and a result.']);
  return json(200, { success: result.error === undefined, error: result.error ?? null });
};
