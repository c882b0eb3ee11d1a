/**
 * A browser that another application has sent here to have the other half of a link made (applinks-oauth1.md 2.4).
 * The starting URL is hostile until proven otherwise: it was a way to run a script in the original once. It is shown
 * escaped, only http and https are asked, and the browser goes back to the list page of what was found there, nowhere
 * else. Nothing happens without a press of the button.
 */
import { redirect, type Answer, type Incoming } from '../answer.js';
import { html, page, type Html } from '../html.js';
import type { PageHandler } from './access.js';
import type { LinkingContext } from './context.js';
import { addOwnHalf, startersListUrl, trustRemote } from './own-half.js';
import { probe } from './probe.js';

export const otherHalfPath = '/plugins/servlet/applinks/createOtherHalf';

/** One pair of double quotes is taken away. */
const unquoted = (text: string): string => /^"(.*)"$/.exec(text)?.[1] ?? text;

const errorPage = (message: string): Answer =>
  page('The other half was not created', html`<p class="error">${message}</p>`);

export async function arrivalPage(
  context: LinkingContext,
  incoming: Incoming,
  formToken: Html,
): Promise<Answer> {
  const url = unquoted(incoming.query.get('applinkStartingUrl') ?? '').replace(/\/+$/, '');
  const known = [...context.state.links.values()].find(
    ({ rpcUrl, displayUrl }) => rpcUrl === url || displayUrl === url,
  );
  if (known) {
    return page(
      'Application links',
      html`<p>${known.name} is linked already.</p>
        <p><a href="${startersListUrl(known)}">Back to ${known.name}</a></p>`,
    );
  }
  const found = await probe(context, url);
  if ('message' in found) return errorPage(found.message);
  if ('info' in found) return errorPage(found.info.warning ?? `There is no application at ${url}.`);
  const { name, typeId, version } = found.manifest;
  return page(
    'Create the other half',
    html`<p>
        <strong>${name ?? url}</strong> (${typeId ?? ''} ${version ?? ''}) at ${url} has made a link to us.
      </p>
      <p>It may then act here for users who allow it, and we there.</p>
      <form method="post" action="${incoming.base}${otherHalfPath}">
        ${formToken}<input type="hidden" name="url" value="${url}" />
        <button>Create the other half</button>
      </form>`,
  );
}

export const submitOtherHalf: PageHandler = async (context, incoming) => {
  const url = (new URLSearchParams(incoming.body).get('url') ?? '').replace(/\/+$/, '');
  const found = await probe(context, url);
  if ('message' in found) return errorPage(found.message);
  if ('info' in found) return errorPage(found.info.warning ?? `There is no application at ${url}.`);
  const link = addOwnHalf(context, url, found.manifest);
  if (typeof link === 'string') return errorPage(link);
  const problem = await trustRemote(context, link);
  if (problem) return errorPage(`The link is made, but ${link.name} may not call us: ${problem}`);
  return redirect(startersListUrl(link));
};
