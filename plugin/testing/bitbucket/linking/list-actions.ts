/** Testing and deleting one link by hand (applinks-oauth1.md 3.4, 9.1). */
import { redirect } from '../answer.js';
import { html, page } from '../html.js';
import { linksPath } from '../link-form.js';
import type { PageHandler } from './access.js';
import { configurePath } from './configure-page.js';
import { deleteTwoWay } from './delete-rest.js';
import { linkStatus } from './link-status.js';
import { removeLink } from './remove-link.js';

export const testPath = '/plugins/servlet/applinks/testLink';
export const deletePath = '/plugins/servlet/applinks/deleteLink';

const noSuchLink = () =>
  page('No such link', html`<p class="error">No application link has this id.</p>`, 404);

export const testLink: PageHandler = async (context, incoming, { user, formToken }) => {
  const link = context.state.links.get(incoming.query.get('applicationLinkID') ?? '');
  if (!link) return noSuchLink();
  const { working, error } = await linkStatus(context, link, user.name);
  return page(
    link.name,
    html`<p>Status: <strong id="status">${working ? 'WORKING' : (error?.type ?? 'UNKNOWN')}</strong></p>
      <p id="details">${error?.details ?? ''}</p>
      ${error?.authorisationUri ? html`<p><a href="${error.authorisationUri}">Authorise</a></p>` : ''}
      <p><a href="${incoming.base}${configurePath}?applicationLinkID=${link.id}">Configure</a></p>
      <form method="post" action="${incoming.base}${deletePath}">
        ${formToken}<input type="hidden" name="applicationLinkID" value="${link.id}" />
        <button name="sides" value="one">Delete here</button>
        <button name="sides" value="both">Delete on both sides</button>
      </form>
      <p><a href="${incoming.base}${linksPath}">Back to the list</a></p>`,
  );
};

export const submitDelete: PageHandler = async (context, incoming, { user }) => {
  const fields = new URLSearchParams(incoming.body);
  const link = context.state.links.get(fields.get('applicationLinkID') ?? '');
  if (!link) return noSuchLink();
  const isTwoWay = fields.get('sides') === 'both';
  const refusal = isTwoWay ? await deleteTwoWay(context, link, user) : undefined;
  if (refusal) return page('Not deleted', html`<p class="error">${refusal.message}</p>`);
  if (!isTwoWay) removeLink(context, link);
  return redirect(incoming.base + linksPath);
};
