/**
 * *Test connection* for people (oauth2.md 1.8): away to the authorization server and back to this page, which reads
 * the result once. Where the flow was lost the browser is on the start page instead, and nobody is told why.
 */
import { redirect, type Answer } from '../answer.js';
import { html, page, type Html } from '../html.js';
import { noSuchLink, outgoingPath, type ClientPage } from './admin-page.js';
import { beginFlow } from './begin-flow.js';

const resultPage = (base: string, result: Html): Answer =>
  page(
    'Test connection',
    html`${result}
      <p><a href="${base}${outgoingPath}">Back to the list</a></p>`,
  );

export const submitTest: ClientPage = (context, incoming) => {
  const config = context.configs.get(incoming.captures[0] ?? '');
  if (!config || incoming.formToken === undefined) return noSuchLink();
  const callbackUrl = `${incoming.base}${outgoingPath}/tested`;
  const begun = beginFlow(context, incoming.formToken, config, { callbackUrl, purpose: 'test' });
  return typeof begun === 'string'
    ? resultPage(incoming.base, html`<p class="error" id="test-error">${begun}</p>`)
    : redirect(begun.initFlowUrl);
};

export const testedPage: ClientPage = (context, { base, captures: [id = ''], formToken }) => {
  const result = context.flows.takeResult(formToken, id);
  if (!result)
    return resultPage(base, html`<p class="error">This result was shown already, or is too old.</p>`);
  return resultPage(
    base,
    result.error === undefined
      ? html`<p id="test-result">The connection works.</p>`
      : html`<p class="error">The connection does not work. <span id="test-error">${result.error}</span></p>`,
  );
};
