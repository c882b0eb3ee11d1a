/**
 * The servlets by which the other side, or a browser that it sends, configures OAuth here (applinks-oauth1.md 2.4,
 * 3.1): autoconfig, add-consumer-by-url, and the two switches of outgoing authentication that send the browser back to
 * a checked callback. A hostile `callback` would make us an open redirector.
 */
import { redirect, type Answer, type Incoming } from '../answer.js';
import { isAllowedRedirect } from '../callback-check.js';
import { html, page } from '../html.js';
import { linksPath } from '../link-form.js';
import type { Link } from '../state.js';
import type { PageHandler } from './access.js';
import type { LinkingContext } from './context.js';
import { removeIncoming } from './incoming-consumer.js';
import { fetchIncoming, localLevels, setOutgoing } from './local-oauth.js';
import { disabled, flagsOfLevel, levelOfProviders, oauthDefault, type Level } from './oauth-levels.js';
import { isSystemAdmin } from './roles.js';

const plain = (status: number, body: string): Answer => ({
  status,
  headers: { 'Content-Type': 'text/plain;charset=UTF-8' },
  body,
});

const linkOf = ({ state }: LinkingContext, { captures }: Incoming): Link | undefined =>
  state.links.get(captures[0] ?? '');

/** Incoming without 2LO flags, outgoing 3LO and 2LO. */
export const autoconfigure: PageHandler = async (context, incoming) => {
  const link = linkOf(context, incoming);
  if (!link) return plain(500, 'No application link has this id.');
  const flags = { twoLegged: false, impersonation: false };
  const problem = await fetchIncoming(context, link, flags);
  if (problem) return plain(500, problem);
  setOutgoing(context, link, oauthDefault);
  return plain(200, 'OAuth is configured.');
};

export const removeConfiguration: PageHandler = (context, incoming) => {
  const link = linkOf(context, incoming);
  if (!link) return plain(500, 'No application link has this id.');
  setOutgoing(context, link, disabled);
  removeIncoming(context.state, link);
  return plain(200, 'OAuth is switched off.');
};

/** A top-level GET of an administrator's browser: fetches the other side's consumer-info, or forgets the consumer. */
export const addConsumerByUrl: PageHandler = async (context, incoming) => {
  const link = linkOf(context, incoming);
  if (!link) return page('No such link', html`<p class="error">No application link has this id.</p>`, 404);
  const { incoming: before, outgoing } = localLevels(context, link);
  const switched = incoming.query.get('oauth-incoming-enabled');
  const said = incoming.query.get('message');
  if (incoming.query.get('success') === 'false') {
    return page(
      'Incoming authentication',
      html`<p class="error">${link.name}: ${said ?? 'It failed there.'}</p>`,
    );
  }
  if (switched === 'false') removeIncoming(context.state, link);
  if (switched === 'true') {
    // The reference does not say which flags a new consumer gets: those that the link has in the other direction.
    const flags = flagsOfLevel(before.enabled ? before : outgoing);
    const problem = await fetchIncoming(context, link, flags);
    if (problem) return page('Incoming authentication', html`<p class="error">${problem}</p>`);
  }
  const { incoming: after } = localLevels(context, link);
  return page(
    'Incoming authentication',
    html`<p id="incoming">${link.name} ${after.enabled ? 'may call us' : 'may not call us'}.</p>
      <p><a href="${incoming.base}${linksPath}">Back to the list</a></p>`,
  );
};

/** Back to where the other side wants its browser, or 400 when that is no address of ours or of a link. */
function back(context: LinkingContext, incoming: Incoming, added: Readonly<Record<string, string>>): Answer {
  const callback = incoming.query.get('callback') ?? '';
  if (!isAllowedRedirect(callback, incoming.base, context.state.links.values())) {
    return page(
      'Refused',
      html`<p class="error">The callback is not an address of ours or of a link.</p>`,
      400,
    );
  }
  const separator = callback.includes('?') ? '&' : '?';
  return redirect(callback + separator + new URLSearchParams(added).toString());
}

/** An unknown link counts as success: there is nothing to switch. */
export const switchThreeLegged: PageHandler = (context, incoming) => {
  const link = linkOf(context, incoming);
  const isOn = incoming.query.get('enable-oauth') === 'true';
  if (link && isOn !== levelOfProviders(link.providers).enabled) {
    setOutgoing(context, link, isOn ? { ...disabled, enabled: true } : disabled);
  }
  return back(context, incoming, { success: 'true', message: isOn ? 'OAuth is on.' : 'OAuth is off.' });
};

export const switchTwoLegged: PageHandler = (context, incoming, { user }) => {
  const link = linkOf(context, incoming);
  const wants = (name: string): boolean => incoming.query.get(name) === 'true';
  const impersonation = wants('enable-outgoing-2loi');
  if (!link) return back(context, incoming, { outgoing_2lo_success: 'true' });
  if (impersonation && !isSystemAdmin(user)) {
    const message = 'Only a system administrator may switch impersonation on.';
    return back(context, incoming, { outgoing_2lo_success: 'false', message });
  }
  const level: Level = {
    enabled: levelOfProviders(link.providers).enabled,
    twoLoEnabled: wants('enable-outgoing-2lo') || impersonation,
    twoLoImpersonationEnabled: impersonation,
  };
  if (!level.enabled) {
    return back(context, incoming, { outgoing_2lo_success: 'false', message: 'OAuth is off.' });
  }
  setOutgoing(context, link, level);
  return back(context, incoming, { outgoing_2lo_success: 'true' });
};
