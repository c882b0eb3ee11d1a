/** The form for calls to a server that is no Atlassian product. The secret is never shown again. */
import { InvalidInput } from '../errors.js';
import { connectCallbackUrl } from '../http/callback-url.js';
import type { Endpoint } from '../http/handler.js';
import type { Link } from '../store/store.js';
import type { LinkPageDependencies } from './link-pages.js';
import type { SetManualOutgoing } from './manual-outgoing.js';
import { seeOther, type Visit } from './page-access.js';

export interface OutgoingPageDependencies extends LinkPageDependencies {
  setManualOutgoing: SetManualOutgoing;
}

const purpose = (linkId: string): string => `manual outgoing ${linkId}`;

/** Field of the form, of the input, and of the stored settings. */
const fields = [
  ['outgoing_key', 'consumerKey', 'consumerKey.outbound'],
  ['outgoing_method', 'signatureMethod', 'signatureMethod'],
  ['request_token_url', 'requestTokenUrl', 'serviceProvider.requestTokenUrl'],
  ['access_token_url', 'accessTokenUrl', 'serviceProvider.accessTokenUrl'],
  ['authorize_url', 'authorizeUrl', 'serviceProvider.authorizeUrl'],
] as const;

const newPurpose = 'create outgoing link';

export function showNewOutgoing(dependencies: OutgoingPageDependencies): Endpoint {
  return dependencies.access.page('administrator', async (visit) => {
    await renderNewOutgoing(dependencies, visit, { name: '', application_url: '' }, {});
  });
}

/** A draft, since its callback URL has to be registered there before key and secret exist. */
export function createOutgoing(dependencies: OutgoingPageDependencies): Endpoint {
  const { access, links, context } = dependencies;
  return access.form(
    'administrator',
    () => newPurpose,
    async (visit) => {
      const { form, user, res } = visit;
      const values = { name: form.get('name') ?? '', application_url: form.get('application_url') ?? '' };
      const address = values.application_url;
      try {
        const input = { name: values.name, displayUrl: address, rpcUrl: address };
        const { link } = await links.create(input, user.id);
        seeOther(context, res, `/applinks/admin/links/${encodeURIComponent(link.id)}/outgoing`);
      } catch (error) {
        if (!(error instanceof InvalidInput)) throw error;
        const { name, displayUrl, rpcUrl } = error.fields;
        const url = displayUrl ?? rpcUrl;
        await renderNewOutgoing(dependencies, visit, values, {
          ...(name ? { name } : {}),
          ...(url ? { application_url: url } : {}),
        });
      }
    },
  );
}

async function renderNewOutgoing(
  { views }: OutgoingPageDependencies,
  { res, formToken }: Visit,
  values: Record<string, string>,
  problems: Record<string, readonly string[]>,
): Promise<void> {
  const page = { form: { values, problems }, csrfToken: formToken(newPurpose) };
  const status = Object.keys(problems).length === 0 ? 200 : 400;
  await views.render(res, 'link-new-outgoing', page, { status });
}

export function showOutgoing(dependencies: OutgoingPageDependencies): Endpoint {
  const { access, links } = dependencies;
  return access.page('administrator', async (visit) => {
    const link = await links.get(visit.param('id'));
    const settings = link.outgoing.find(({ kind }) => kind === 'oauth1-manual')?.settings ?? {};
    const values = Object.fromEntries(fields.map(([field, , setting]) => [field, settings[setting] ?? '']));
    await renderOutgoing(dependencies, visit, link, values, {});
  });
}

export function saveOutgoing(dependencies: OutgoingPageDependencies): Endpoint {
  const { access, links, setManualOutgoing, context } = dependencies;
  return access.form(
    'administrator',
    ({ param }) => purpose(param('id')),
    async (visit) => {
      const { form, user, res } = visit;
      const link = await links.get(visit.param('id'));
      const typed = fields.map(([field, name]) => [name, form.get(field) ?? ''] as const);
      const secret = form.get('outgoing_secret') ?? '';
      const input = { ...Object.fromEntries(typed), ...(secret === '' ? {} : { sharedSecret: secret }) };
      try {
        await setManualOutgoing(link.id, input, user.id);
        seeOther(context, res, `/applinks/admin/links/${encodeURIComponent(link.id)}?done=saved`);
      } catch (error) {
        if (!(error instanceof InvalidInput)) throw error;
        const fieldOf = (path: string): string =>
          fields.find(([, name]) => name === path)?.[0] ??
          (path === 'sharedSecret' ? 'outgoing_secret' : path);
        const problems = Object.entries(error.fields).map(([path, said]) => [fieldOf(path), said] as const);
        const values = Object.fromEntries(fields.map(([field]) => [field, form.get(field) ?? '']));
        await renderOutgoing(dependencies, visit, link, values, Object.fromEntries(problems));
      }
    },
  );
}

async function renderOutgoing(
  { views, context: { config } }: OutgoingPageDependencies,
  { res, formToken }: Visit,
  { id, name, outgoing }: Link,
  values: Record<string, string>,
  problems: Record<string, readonly string[]>,
): Promise<void> {
  const page = {
    link: { id, name, hasSecret: outgoing.some(({ kind }) => kind === 'oauth1-manual') },
    registration: [
      { id: 'registered-name', label: 'Name', value: config.application.name },
      { id: 'registered-url', label: 'Application URL', value: config.baseUrl },
      { id: 'registered-callback', label: 'Callback URL', value: connectCallbackUrl(config, id) },
    ],
    form: { values: { outgoing_secret: '', ...values }, problems },
    csrfToken: formToken(purpose(id)),
  };
  await views.render(res, 'link-outgoing', page, { status: Object.keys(problems).length === 0 ? 200 : 400 });
}
