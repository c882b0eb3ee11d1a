/** Pages about what is hosted: whoever may not read it is asked to log in, or told so; forms carry the session's token. */
import type { Answer, Incoming } from '../answer.js';
import { answeringRefusals, type RestHandler } from '../rest/rest-route.js';
import type { Handler } from '../callers.js';
import type { StandInContext } from '../context.js';
import { html, page, type Html } from '../html.js';
import { askToLogIn } from '../login-pages.js';
import { forgeryPage, formTokenField, hasFormToken } from '../provider/form-token.js';
import { repositoryPath } from '../repositories/entities.js';
import { callerOf } from '../repositories/permission.js';
import type { Repository } from '../repositories/repository.js';
import { on, type Route } from '../route.js';
import type { User } from '../state.js';

const asPage =
  (handle: Handler): Handler =>
  async (incoming, headers) => {
    const answer = await handle(incoming, headers);
    if (!answer.headers['Content-Type']?.startsWith('application/json')) return answer;
    if (answer.status === 401 && !callerOf(incoming)) return askToLogIn(incoming);
    const title = answer.status === 404 ? 'Not found' : 'Not allowed';
    return page(title, html`<p class="error">There is nothing here that you may see.</p>`, answer.status);
  };

/** `path` is the source of a regular expression. */
export const pageRoute = (context: StandInContext, path: string, handle: RestHandler): Route =>
  on('GET', path, asPage(answeringRefusals(context, handle)));

export type FormHandler = (
  context: StandInContext,
  incoming: Incoming,
  user: User,
  fields: URLSearchParams,
) => Answer | Promise<Answer>;

export const formRoute = (context: StandInContext, path: string, handle: FormHandler): Route => {
  const guarded: RestHandler = (_, incoming) => {
    if (!incoming.user) return askToLogIn(incoming);
    if (!hasFormToken(incoming)) return forgeryPage();
    return handle(context, incoming, incoming.user, new URLSearchParams(incoming.body));
  };
  return on('POST', path, asPage(answeringRefusals(context, guarded)));
};

/** One button; `fields` go with it unseen. */
export const button = (
  incoming: Incoming,
  action: string,
  label: string,
  fields: Readonly<Record<string, string>> = {},
): Html =>
  html`<form method="post" action="${incoming.base}${action}">
    ${formTokenField(incoming)}
    ${Object.entries(fields).map(
      ([name, value]) => html`<input type="hidden" name="${name}" value="${value}" />`,
    )}
    <button>${label}</button>
  </form>`;

export const repositoryLinks = ({ base }: Incoming, repository: Repository): Html => {
  const path = base + repositoryPath(repository);
  return html`<p>
    <a href="${base}/projects/${repository.project.key}">${repository.project.name}</a> ·
    <a href="${path}/browse">${repository.name}</a> · <a href="${path}/pull-requests">Pull requests</a> ·
    <a href="${base}${webhooksPath(repository)}">Webhooks</a>
  </p>`;
};

export const webhooksPath = (repository: Repository): string =>
  `/plugins/servlet/webhooks${repositoryPath(repository)}`;
