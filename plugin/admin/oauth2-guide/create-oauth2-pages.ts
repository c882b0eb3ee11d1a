/**
 * *Create link* over OAuth 2.0 (oauth2.md 5.1 to 5.4): enter an address, see what is there, say what it is. What is made is
 * a draft with id and callback URL and no credential yet; its guide leads on. Nothing that the other side says of itself
 * is believed without the administrator's confirmation, and nothing is sent there but a question for its manifest.
 */
import type { Context } from '../../context.js';
import { InvalidInput, PeerUnreachable } from '../../errors.js';
import type { Endpoint } from '../../http/handler.js';
import type { Views } from '../../http/views.js';
import type { ChangeLink } from '../link-change.js';
import type { LinkService } from '../link-service.js';
import { typeName } from '../link-summary.js';
import type { OAuth2Outgoing } from '../oauth2-connection.js';
import { seeOther, type PageAccess, type Visit } from '../page-access.js';
import { guidePath } from './guide-path.js';
import { generationOf, isCloudSite, presetOfType, readPreset, type Generation } from './product.js';

/** consumer/discovery.ts behind our transport. @throws PeerUnreachable */
export type FindProduct = (entered: string) => Promise<{
  url: string;
  product:
    { name: string; typeId: string; version?: string | undefined; url?: string | undefined } | undefined;
  problem: { message: string } | undefined;
  suggestedUrl: string | undefined;
  warnings: readonly string[];
}>;

export interface CreateOAuth2Dependencies {
  context: Context;
  views: Views;
  access: PageAccess;
  links: Pick<LinkService, 'create'>;
  changeLink: ChangeLink;
  oauth2Outgoing: OAuth2Outgoing;
  findProduct: FindProduct;
}

const lookPurpose = 'look at OAuth 2.0 peer';
const createPurpose = 'create OAuth 2.0 link';
const incomingPurpose = 'create incoming OAuth 2.0 link';

interface Found {
  /** What it calls itself, such as `Jira (Jira 11.2.0)`; undefined when nobody has answered with a manifest. */
  says: string | undefined;
  generation: Generation;
  version: string | null;
  displayUrl: string;
  problem: string | undefined;
  suggestedUrl: string | undefined;
  warnings: readonly string[];
}

type Values = Record<'url' | 'name' | 'preset' | 'version' | 'display_url', string>;
const none: Values = { url: '', name: '', preset: '', version: '', display_url: '' };

export function showCreateOAuth2(dependencies: CreateOAuth2Dependencies): Endpoint {
  return dependencies.access.page('administrator', async (visit) => {
    await render(dependencies, visit, none, {});
  });
}

/** The address is looked at; what was found is shown with the choice that it suggests. */
export function lookByForm(dependencies: CreateOAuth2Dependencies): Endpoint {
  const { access, findProduct } = dependencies;
  return access.form(
    'administrator',
    () => lookPurpose,
    async (visit) => {
      const entered = visit.form.get('url')?.trim().slice(0, 2048) ?? '';
      if (isCloudSite(entered)) {
        const url = entered.startsWith('http') ? entered : `https://${entered}`;
        const name = new URL(url).hostname;
        const values = { ...none, url: new URL(url).origin, name, preset: 'jira-cloud' };
        await render(dependencies, visit, values, {}, cloudFound);
        return;
      }
      try {
        const found = await findProduct(entered);
        const { product, suggestedUrl, warnings } = found;
        const displayUrl = product?.url ?? found.url;
        const version = product?.version ?? null;
        const values: Values = {
          url: found.url,
          name: product?.name ?? new URL(found.url).host,
          preset: product ? presetOfType(product.typeId) : '',
          version: version ?? '',
          display_url: displayUrl,
        };
        const says =
          product && `${product.name} (${[typeName(product.typeId), version].filter(Boolean).join(' ')})`;
        await render(
          dependencies,
          visit,
          values,
          {},
          {
            ...{ says, version, displayUrl, suggestedUrl, warnings },
            generation: product ? generationOf(product.typeId, version) : 'unknown',
            problem: found.problem?.message,
          },
        );
      } catch (error) {
        if (!(error instanceof PeerUnreachable)) throw error;
        await render(dependencies, visit, { ...none, url: entered }, { url: [error.message] });
      }
    },
  );
}

const cloudFound: Found = {
  ...{ says: 'a site of Atlassian’s cloud', generation: 'unknown', version: null, displayUrl: '' },
  ...{ problem: undefined, suggestedUrl: undefined, warnings: [] },
};

export function createOAuth2ByForm(dependencies: CreateOAuth2Dependencies): Endpoint {
  const { access, changeLink, context, oauth2Outgoing } = dependencies;
  return access.form(
    'administrator',
    () => createPurpose,
    async (visit) => {
      const { form, user, res } = visit;
      const typed = Object.keys(none).map((name) => [name, form.get(name)?.trim() ?? ''] as const);
      const values = { ...none, ...Object.fromEntries(typed) };
      try {
        const preset = readPreset(values.preset);
        const url = values.url === '' ? null : values.url;
        const { linkId } = await oauth2Outgoing.createDraft({ preset, name: values.name, url }, user.id);
        const shown = shownAddress(values.display_url);
        const version = /^[\w.+-]{1,64}$/.test(values.version) ? values.version : null;
        const isProduct = preset !== 'custom' && !preset.endsWith('-cloud');
        if (isProduct)
          await changeLink(
            linkId,
            (link) => ({ ...link, version, displayUrl: shown ?? link.displayUrl }),
            user.id,
          );
        seeOther(context, res, guidePath(linkId));
      } catch (error) {
        if (!(error instanceof InvalidInput)) throw error;
        await render(dependencies, visit, values, error.fields, {
          ...cloudFound,
          ...{ says: undefined, version: values.version || null, displayUrl: values.display_url },
        });
      }
    },
  );
}

/** As the product names itself to browsers; only an address like it is worth keeping. */
function shownAddress(url: string): string | null {
  return /^https?:\/\/[^\s?#@\\]{1,2000}$/.test(url) && URL.canParse(url) ? url.replace(/\/+$/, '') : null;
}

async function render(
  { views, oauth2Outgoing, context }: CreateOAuth2Dependencies,
  { res, formToken }: Visit,
  values: Values,
  problems: Readonly<Record<string, readonly string[]>>,
  found?: Found,
): Promise<void> {
  const { clientId, clientSecret } = context.config.cloud;
  const page = {
    form: { values, problems },
    found,
    presets: oauth2Outgoing.presets.map(({ name, label, kind }) => ({ name, label, kind })),
    hasVendorClient: Boolean(clientId && clientSecret),
    lookToken: formToken(lookPurpose),
    csrfToken: formToken(createPurpose),
  };
  const status = Object.keys(problems).length === 0 ? 200 : 400;
  await views.render(res, 'create-oauth2', page, { status });
}

export function showCreateIncoming(dependencies: CreateOAuth2Dependencies): Endpoint {
  return dependencies.access.page('administrator', async (visit) => {
    await renderIncoming(dependencies, visit, { name: '', application_url: '' }, {});
  });
}

/** Only a name: its client comes with the guide, which knows the redirect URI that is expected. */
export function createIncomingByForm(dependencies: CreateOAuth2Dependencies): Endpoint {
  const { access, links, context } = dependencies;
  return access.form(
    'administrator',
    () => incomingPurpose,
    async (visit) => {
      const { form, user, res } = visit;
      const values = { name: form.get('name') ?? '', application_url: form.get('application_url') ?? '' };
      const displayUrl = values.application_url.trim() === '' ? null : values.application_url;
      try {
        const { link } = await links.create({ name: values.name, displayUrl }, user.id);
        seeOther(context, res, guidePath(link.id));
      } catch (error) {
        if (!(error instanceof InvalidInput)) throw error;
        const { name, displayUrl: url } = error.fields;
        const problems = { ...(name ? { name } : {}), ...(url ? { application_url: url } : {}) };
        await renderIncoming(dependencies, visit, values, problems);
      }
    },
  );
}

async function renderIncoming(
  { views }: CreateOAuth2Dependencies,
  { res, formToken }: Visit,
  values: Record<string, string>,
  problems: Readonly<Record<string, readonly string[]>>,
): Promise<void> {
  const page = { form: { values, problems }, csrfToken: formToken(incomingPurpose) };
  const status = Object.keys(problems).length === 0 ? 200 : 400;
  await views.render(res, 'create-oauth2-incoming', page, { status });
}
