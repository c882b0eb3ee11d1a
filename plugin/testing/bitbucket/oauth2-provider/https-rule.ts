/**
 * The peer serves OAuth 2.0 over https only (oauth2.md 2.1, last row): its base URL decides. A stand-in has an http one,
 * so with the requirement on, which is off by default, every address answers 400.
 */
import type { Answer } from '../answer.js';
import type { Handler } from '../callers.js';
import type { StandInContext } from '../context.js';
import { html, page } from '../html.js';
import { messageText } from './messages.js';
import { errorCollection } from './oauth2-refusal.js';

export const lacksHttps = (context: StandInContext): boolean =>
  !context.oauth2.switches.skipBaseUrlHttpsRequirement && !context.baseUrl().startsWith('https:');

const sentence = ({ oauth2 }: StandInContext): string => messageText('https', oauth2.switches.locale);

export const noHttpsPage = (context: StandInContext): Answer =>
  page('https is needed', html`<p class="error">${sentence(context)}</p>`, 400);

export const httpsRest =
  (context: StandInContext, handle: Handler): Handler =>
  (incoming, headers) =>
    lacksHttps(context) ? errorCollection(400, [sentence(context)]) : handle(incoming, headers);
