/**
 * The forms that create and change a link. A refused form comes back with every complaint at its field. The shared
 * secret is rendered straight into the answer of the POST that made it, and is in no URL, cookie or later page.
 */
import { ApplinksError, InvalidInput } from '../errors.js';
import type { Endpoint } from '../http/handler.js';
import { generateSecret } from './credential-factory.js';
import type { Credential, Link } from '../store/store.js';
import {
  editLinkForm,
  identityInput,
  linkInput,
  newLinkForm,
  secretInput,
  settingsInput,
  typedForm,
  withProblems,
  type FormModel,
  type KnownScope,
} from './link-form.js';
import type { SavedLink } from './link-service.js';
import { createLinkSchemas, readInput } from './link-input.js';
import { renderLink, replacePurpose, type LinkNews, type LinkPageDependencies } from './link-pages.js';
import { seeOther, type Visit } from './page-access.js';

const newPurpose = 'create link';
const editPurpose = (linkId: string): string => `edit link ${linkId}`;

export function showNewLink(dependencies: LinkPageDependencies): Endpoint {
  return dependencies.access.page('administrator', async (visit) => {
    await renderNewLink(dependencies, visit, blankForm(dependencies));
  });
}

export function createLink(dependencies: LinkPageDependencies): Endpoint {
  const { access, links } = dependencies;
  return access.form(
    'administrator',
    () => newPurpose,
    async (visit) => {
      const { form, user } = visit;
      const input = { ...linkInput(form), credential: { ...identityInput(form), ...settingsInput(form) } };
      const created = await refusable(() => links.create(input, user.id));
      if (created instanceof InvalidInput) {
        await renderNewLink(
          dependencies,
          visit,
          withProblems(typedForm(blankForm(dependencies), form), created),
        );
        return;
      }
      await renderLink(dependencies, visit, created.link, newsOf(created));
    },
  );
}

export function showEditLink(dependencies: LinkPageDependencies): Endpoint {
  const { access, links } = dependencies;
  return access.page('administrator', async (visit) => {
    const link = await links.get(visit.param('id'));
    const credential = chooseCredential(link, visit.query.get('credential'));
    await renderEditLink(dependencies, visit, link, credential, editForm(dependencies, link, credential));
  });
}

/** The consumer's key and method stay: what users have allowed hangs on them (J A4). */
export function editLink(dependencies: LinkPageDependencies): Endpoint {
  const { access, context, links } = dependencies;
  const schemas = createLinkSchemas(context.config);
  return access.form(
    'administrator',
    ({ param }) => editPurpose(param('id')),
    async (visit) => {
      const { form, res, user } = visit;
      const link = await links.get(visit.param('id'));
      const credential = chooseCredential(link, form.get('credential'));
      const [own, settings] = [linkInput(form), settingsInput(form)];
      // All is checked before any of it is written, and what may still be refused is written first: a refused form
      // has changed nothing.
      const change = { ...own, confirmAddress: form.has('confirm_address') };
      const refused =
        mergedRefusals(
          await refusable(() => readInput(schemas.linkChange, own)),
          credential && (await refusable(() => readInput(schemas.credentialChange, settings))),
        ) ??
        mergedRefusals(await refusable(() => links.checkAddress(link.id, change))) ??
        mergedRefusals(
          credential &&
            (await refusable(() => links.updateCredential(link.id, credential.id, settings, user.id))),
        );
      if (refused) {
        const typed = typedForm(editForm(dependencies, link, credential), form);
        await renderEditLink(dependencies, visit, link, credential, withProblems(typed, refused));
        return;
      }
      await links.update(link.id, { ...change, confirmAddress: true }, user.id);
      seeOther(context, res, `/applinks/admin/links/${encodeURIComponent(link.id)}?done=saved`);
    },
  );
}

export function replaceSecret(dependencies: LinkPageDependencies): Endpoint {
  const { access, links } = dependencies;
  return access.form(
    'administrator',
    ({ param }) => replacePurpose(param('id')),
    async (visit) => {
      const { form, user } = visit;
      const link = await links.get(visit.param('id'));
      const credential = chooseCredential(link, form.get('credential'));
      if (credential === undefined) throw new ApplinksError('not_found', 404, 'This link has no consumer.');
      const made = credential.kind === 'oauth1-hmac' ? { secret: generateSecret() } : {};
      const input = { ...made, ...secretInput(form, credential.signatureMethod) };
      const replaced = await refusable(() => links.updateCredential(link.id, credential.id, input, user.id));
      const news: LinkNews =
        replaced instanceof InvalidInput
          ? {
              replacement: {
                credentialId: credential.id,
                form: withProblems(replacementForm(form), replaced),
              },
            }
          : { ...newsOf(replaced), done: 'replaced' };
      await renderLink(dependencies, visit, await links.get(link.id), news);
    },
  );
}

async function renderNewLink(
  { views }: LinkPageDependencies,
  { res, formToken }: Visit,
  form: FormModel,
): Promise<void> {
  await views.render(res, 'link-new', { form, csrfToken: formToken(newPurpose) }, { status: statusOf(form) });
}

async function renderEditLink(
  { views }: LinkPageDependencies,
  { res, formToken }: Visit,
  link: Link,
  credential: Credential | undefined,
  form: FormModel,
): Promise<void> {
  const page = {
    link: { id: link.id, name: link.name },
    credential: credential && {
      id: credential.id,
      key: credential.key,
      signatureMethod: credential.signatureMethod,
    },
    form,
    csrfToken: formToken(editPurpose(link.id)),
  };
  await views.render(res, 'link-edit', page, { status: statusOf(form) });
}

function blankForm({ context: { config } }: LinkPageDependencies): FormModel {
  return newLinkForm(knownScopes(config.scopes), config.lifetimes);
}

function editForm(
  { context: { config } }: LinkPageDependencies,
  link: Link,
  credential: Credential | undefined,
): FormModel {
  return editLinkForm(link, credential, knownScopes(config.scopes));
}

function replacementForm(form: URLSearchParams): FormModel {
  const values = { secret: '', public_key: form.get('public_key') ?? '' };
  return { values, chosenScopes: [], problems: {}, knownScopes: [], units: [] };
}

function knownScopes(scopes: Readonly<Record<string, string>>): KnownScope[] {
  return Object.entries(scopes).map(([name, description]) => ({ name, description }));
}

/** The named consumer, else the first one: most links have just one. @throws ApplinksError `not_found`. */
function chooseCredential(link: Link, id: string | null): Credential | undefined {
  if (id === null) return link.incoming[0];
  const credential = link.incoming.find((one) => one.id === id);
  if (credential === undefined)
    throw new ApplinksError('not_found', 404, 'There is no such consumer any more.');
  return credential;
}

function newsOf({ secrets, warnings }: SavedLink): LinkNews {
  const [made] = Object.entries(secrets);
  return made
    ? { secret: { credentialId: made[0], value: made[1], name: 'shared secret' }, warnings }
    : { warnings };
}

/** An InvalidInput is an answer here, to be shown at the fields; everything else is thrown on. */
async function refusable<T>(change: () => T | Promise<T>): Promise<T | InvalidInput> {
  try {
    return await change();
  } catch (error) {
    if (error instanceof InvalidInput) return error;
    throw error;
  }
}

function mergedRefusals(...results: readonly unknown[]): InvalidInput | undefined {
  const refusals = results.filter((result) => result instanceof InvalidInput);
  if (refusals.length === 0) return undefined;
  return new InvalidInput(
    Object.assign({}, ...refusals.map(({ fields }) => fields)) as InvalidInput['fields'],
  );
}

function statusOf({ problems }: FormModel): number {
  return Object.keys(problems).length === 0 ? 200 : 400;
}
