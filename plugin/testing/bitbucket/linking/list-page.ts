/**
 * The administrator's list of links, and the place where a browser arrives that another application has sent to have
 * the other half of a link made, or that comes back from there (applinks-oauth1.md 2.4).
 */
import { redirect, type Answer, type Incoming } from '../answer.js';
import { html, page, type Html } from '../html.js';
import { incomingLinkRows } from '../oauth2-provider/incoming-link-rows.js';
import { createIncomingPath } from '../oauth2-provider/paths.js';
import { manualForm, storeManualLink } from '../link-form.js';
import type { Link } from '../state.js';
import { outgoingPath } from '../oauth2-client/admin-page.js';
import type { PageHandler } from './access.js';
import type { LinkingContext } from './context.js';
import { testPath } from './list-actions.js';
import { localLevels } from './local-oauth.js';
import { arrivalPage } from './other-half.js';
import { createPath } from './wizard-pages.js';

const directions = ['none', 'incoming', 'outgoing', 'two-way'] as const;

function directionOf(context: LinkingContext, link: Link): string {
  const { incoming, outgoing } = localLevels(context, link);
  return directions[Number(incoming.enabled) + 2 * Number(outgoing.enabled)] ?? 'none';
}

const linkRow = (context: LinkingContext, base: string, link: Link): Html =>
  html`<tr>
    <td>
      <div>${link.name} (${link.typeId}${link.isPrimary ? ', primary' : ''})</div>
      <div>${link.rpcUrl}</div>
      <div>id <code>${link.id}</code></div>
    </td>
    <td>${directionOf(context, link)}</td>
    <td>
      ${link.typeId === 'generic' ? 'Non-Atlassian' : ''}
      <a href="${base}${testPath}?applicationLinkID=${link.id}">Test</a>
    </td>
  </tr>`;

function showList(
  context: LinkingContext,
  incoming: Incoming,
  formToken: Html,
  message: string | undefined,
): Answer {
  const { base } = incoming;
  return page(
    'Application links',
    html`${message ? html`<p class="error">${message}</p>` : ''}
      <p><a href="${base}${createPath}">Create link</a></p>
      <p><a href="${base}${createIncomingPath}">External application, incoming (OAuth 2.0)</a></p>
      <table>
        <tr>
          <th>Application</th>
          <th>Direction</th>
          <th>Status</th>
        </tr>
        ${[...context.state.links.values()].map((link) => linkRow(context, base, link))}
        ${incomingLinkRows(context, base)}
      </table>
      <h2>Link to an external application by key and secret</h2>
      ${manualForm(incoming, formToken)}
      <p><a href="${base}${outgoingPath}">Outgoing OAuth 2.0 links</a></p>
      <p><a href="${base}/">Back to the start page</a></p>`,
  );
}

/** A browser that was away to make the other half: what it has to fetch now. */
function completion(context: LinkingContext, { base }: Incoming): string | undefined {
  const [id] = context.awaitingReturn;
  if (id === undefined) return undefined;
  context.awaitingReturn.delete(id);
  const link = context.state.links.get(id);
  if (!link) return undefined;
  const query = new URLSearchParams({
    'oauth-incoming-enabled': 'true',
    uiposition: 'local',
    hostUrl: link.displayUrl,
    success: 'true',
  });
  return `${base}/plugins/servlet/applinks/auth/conf/oauth/add-consumer-by-url/${id}/INBOUND?${query.toString()}`;
}

export const listPage: PageHandler = async (context, incoming, { formToken }) => {
  if (incoming.query.has('applinkStartingUrl')) return arrivalPage(context, incoming, formToken);
  const next = completion(context, incoming);
  return next ? redirect(next) : showList(context, incoming, formToken, undefined);
};

export const submitManualLink: PageHandler = (context, incoming, { formToken }) => {
  const problem = storeManualLink(context.state, incoming);
  return problem ? showList(context, incoming, formToken, problem) : redirect(`${incoming.base}/`);
};
