/**
 * *Create link* for people (applinks-oauth1.md 2.1, 2.4): enter a URL, see what is there, make the own half, and be
 * sent to the other application to have the other half made.
 */
import { addLink } from '../add-link.js';
import { redirect, type Answer, type Incoming } from '../answer.js';
import { html, page, type Html } from '../html.js';
import { linksPath } from '../link-form.js';
import type { PageHandler } from './access.js';
import type { LinkingContext } from './context.js';
import { addOwnHalf, otherSideUrl, trustRemote } from './own-half.js';
import { probe, type ProbeInfo } from './probe.js';
import type { RemoteManifest } from './remote-manifest.js';

export const createPath = '/plugins/servlet/applinks/createLink';

const title = 'Create link';
const actionOf = ({ base }: Incoming): string => base + createPath;

function urlForm(incoming: Incoming, formToken: Html, url = '', message = ''): Answer {
  return page(
    title,
    html`${message ? html`<p class="error" id="problem">${message}</p>` : ''}
      <form method="post" action="${actionOf(incoming)}">
        ${formToken}<input type="hidden" name="step" value="probe" />
        <label>Application URL <input name="url" value="${url}" required /></label>
        <button>Continue</button>
      </form>
      <p><a href="${incoming.base}${linksPath}">Back to the list</a></p>`,
  );
}

const foundPage = (incoming: Incoming, formToken: Html, url: string, found: RemoteManifest): Answer =>
  page(
    title,
    html`<p id="found">${found.name ?? url}, ${found.typeId ?? ''} ${found.version ?? ''}</p>
      ${
        found.url !== undefined && found.url.replace(/\/+$/, '') !== url
          ? html`<p class="error" id="other-url">It calls itself ${found.url}.</p>`
          : ''
      }
      <p>Both applications will be able to call each other by OAuth.</p>
      <form method="post" action="${actionOf(incoming)}">
        ${formToken}<input type="hidden" name="step" value="create" />
        <input type="hidden" name="url" value="${url}" />
        <button>Create the link</button>
      </form>`,
  );

/** There may be an application without a manifest: a link with a type chosen by hand, without authentication. */
const unknownPage = (incoming: Incoming, formToken: Html, url: string, info: ProbeInfo): Answer =>
  page(
    title,
    html`<p class="error" id="problem">${info.warning ?? `Nothing is known of the application at ${url}.`}</p>
      <form method="post" action="${actionOf(incoming)}">
        ${formToken}<input type="hidden" name="step" value="probe" />
        <label
          >Application URL <input name="url" value="${info.params?.redirectedUrl ?? url}" required
        /></label>
        <button>Try again</button>
      </form>
      <form method="post" action="${actionOf(incoming)}">
        ${formToken}<input type="hidden" name="step" value="by-hand" />
        <input type="hidden" name="url" value="${url}" />
        <label>Application name <input name="name" required /></label>
        <label>Application type <input name="typeId" value="generic" required /></label>
        <button>Create without authentication</button>
      </form>`,
  );

async function create(context: LinkingContext, incoming: Incoming, formToken: Html): Promise<Answer> {
  const url = (new URLSearchParams(incoming.body).get('url') ?? '').trim().replace(/\/+$/, '');
  const found = await probe(context, url);
  if ('message' in found) return urlForm(incoming, formToken, url, found.message);
  if ('info' in found) return unknownPage(incoming, formToken, url, found.info);
  const link = addOwnHalf(context, url, found.manifest);
  if (typeof link === 'string') return urlForm(incoming, formToken, url, link);
  if (context.switches.trustsAt === 'return') context.awaitingReturn.add(link.id);
  else await trustRemote(context, link);
  return redirect(otherSideUrl(context, link));
}

export const wizardPage: PageHandler = (_context, incoming, { formToken }) => urlForm(incoming, formToken);

export const submitWizard: PageHandler = async (context, incoming, { formToken }) => {
  const fields = new URLSearchParams(incoming.body);
  const url = (fields.get('url') ?? '').trim().replace(/\/+$/, '');
  if (fields.get('step') === 'create') return create(context, incoming, formToken);
  if (fields.get('step') === 'by-hand') {
    const [name, typeId] = [fields.get('name') ?? '', fields.get('typeId') ?? ''];
    const link = addLink(context.state, { name, typeId, rpcUrl: url, displayUrl: url });
    if (typeof link === 'string') return urlForm(incoming, formToken, url, link);
    return redirect(incoming.base + linksPath);
  }
  const found = await probe(context, url);
  if ('message' in found) return urlForm(incoming, formToken, url, found.message);
  return 'manifest' in found
    ? foundPage(incoming, formToken, url, found.manifest)
    : unknownPage(incoming, formToken, url, found.info);
};
