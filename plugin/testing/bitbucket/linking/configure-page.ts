/**
 * The tab "outgoing authentication" of a link (applinks-oauth1.md 7.3, 10.6): where the other side has a manifest, the
 * original shows that side's own page in a frame, for which an application that refuses all frames shows nothing.
 */
import { redirect } from '../answer.js';
import { html, page } from '../html.js';
import type { PageHandler } from './access.js';
import { localLevels } from './local-oauth.js';

export const configurePath = '/plugins/servlet/applinks/configureLink';
const configuration = '/plugins/servlet/applinks/auth/conf/oauth';

const noSuchLink = () =>
  page('No such link', html`<p class="error">No application link has this id.</p>`, 404);

/** The page around the frame. */
export const configurePage: PageHandler = ({ state }, incoming) => {
  const link = state.links.get(incoming.query.get('applicationLinkID') ?? '');
  if (!link) return noSuchLink();
  const source = `${incoming.base}${configuration}/outbound/apl-redirect/${link.id}?supportsAppLinks=true`;
  return page(
    `Configure ${link.name}`,
    html`<h2>Outgoing authentication</h2>
      <iframe
        src="${source}"
        title="Outgoing authentication, shown by ${link.name}"
        width="100%"
        height="300"
      >
      </iframe>`,
  );
};

/** Sends the frame to the other side, or says what is configured where that side has no such page. */
export const outgoingTab: PageHandler = (context, incoming) => {
  const link = context.state.links.get(incoming.captures[0] ?? '');
  if (!link) return noSuchLink();
  const { outgoing } = localLevels(context, link);
  if (incoming.query.get('supportsAppLinks') !== 'true') {
    return page('Outgoing authentication', html`<p>OAuth is ${outgoing.enabled ? 'on' : 'off'}.</p>`);
  }
  const { id, baseUrl } = context.own();
  const query = new URLSearchParams({
    uiposition: 'remote',
    hostUrl: baseUrl,
    outgoing2LOEnabled: String(outgoing.twoLoEnabled),
    outgoing2LOiEnabled: String(outgoing.twoLoImpersonationEnabled),
  });
  return redirect(`${link.displayUrl}${configuration}/add-consumer-by-url/${id}?${query.toString()}`);
};
