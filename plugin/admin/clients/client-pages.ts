/**
 * The pages that create, change and delete a client of OAuth 2.0, below the page of its link (oauth2.md 5.2, 5.4). The
 * secret is rendered straight into the answer of the POST that made it, and is in no URL, cookie or later page.
 */
import { InvalidInput, ApplinksError } from '../../errors.js';
import type { Endpoint } from '../../http/handler.js';
import type { OAuth2Client } from '../../store/oauth2-client.js';
import type { Link } from '../../store/store.js';
import { describeUsers } from '../granted-users.js';
import { renderLink, type LinkPageDependencies } from '../link-pages.js';
import { seeOther, type Visit } from '../page-access.js';
import {
  clientForm,
  clientInput,
  newClientForm,
  refusedClientForm,
  type ClientFormModel,
} from './client-form.js';
import { clientOf, type ClientService } from './client-service.js';
import { expectedRedirectUri, typeNames } from './client-summary.js';
import { rotatePurpose, useExpectedPurpose } from './purposes.js';

export interface ClientPageDependencies extends LinkPageDependencies {
  clients: ClientService;
}

const newPurpose = (linkId: string): string => `create client ${linkId}`;
const editPurpose = (id: string): string => `edit client ${id}`;
const deletePurpose = (id: string): string => `delete client ${id}`;

export function showNewClient(dependencies: ClientPageDependencies): Endpoint {
  const { access, context, links, server } = dependencies;
  return access.page('administrator', async (visit) => {
    const link = await links.get(visit.param('id'));
    const form = newClientForm(context.config, expectedRedirectUri(server, link));
    await renderForm(dependencies, visit, link, undefined, form);
  });
}

export function createClient(dependencies: ClientPageDependencies): Endpoint {
  const { access, clients, context, links } = dependencies;
  return access.form(
    'administrator',
    ({ param }) => newPurpose(param('id')),
    async (visit) => {
      const { form, user } = visit;
      const link = await links.get(visit.param('id'));
      try {
        const made = await clients.addClient(link.id, clientInput(form), user.id);
        const secret = made.secret === undefined ? {} : { secret: secretNews(made.client, made.secret) };
        await renderLink(dependencies, visit, made.link, { ...secret, done: 'client-created' });
      } catch (error) {
        if (!(error instanceof InvalidInput)) throw error;
        const refused = refusedClientForm(newClientForm(context.config, null), form, error);
        await renderForm(dependencies, visit, link, undefined, refused);
      }
    },
  );
}

export function showEditClient(dependencies: ClientPageDependencies): Endpoint {
  const { access, context } = dependencies;
  return access.page('administrator', async (visit) => {
    const { link, client } = await chosen(dependencies, visit);
    await renderForm(dependencies, visit, link, client, clientForm(context.config, client));
  });
}

export function editClient(dependencies: ClientPageDependencies): Endpoint {
  const { access, clients, context } = dependencies;
  return access.form(
    'administrator',
    ({ param }) => editPurpose(param('clientId')),
    async (visit) => {
      const { form, res, user } = visit;
      const { link, client } = await chosen(dependencies, visit);
      try {
        await clients.changeClient(link.id, client.id, clientInput(form), user.id);
        seeOther(context, res, linkPath(link, '?done=saved#oauth-credentials'));
      } catch (error) {
        if (!(error instanceof InvalidInput)) throw error;
        const refused = refusedClientForm(clientForm(context.config, client), form, error);
        await renderForm(dependencies, visit, link, client, refused);
      }
    },
  );
}

export function rotateSecret(dependencies: ClientPageDependencies): Endpoint {
  const { access, clients } = dependencies;
  return access.form(
    'administrator',
    ({ param }) => rotatePurpose(param('clientId')),
    async (visit) => {
      const { form, user } = visit;
      const { link, client } = await chosen(dependencies, visit);
      const input = { overlapMs: Number(form.get('overlap_ms') ?? Number.NaN) };
      const made = await clients.rotateClientSecret(link.id, client.id, input, user.id);
      const secret = made.secret === undefined ? {} : { secret: secretNews(client, made.secret) };
      await renderLink(dependencies, visit, made.link, { ...secret, done: 'secret-rotated' });
    },
  );
}

/** Placeholders go, since they stood for it; addresses that are in use stay (5.4, step 6). */
export function useExpectedRedirectUri(dependencies: ClientPageDependencies): Endpoint {
  const { access, clients, context, server } = dependencies;
  return access.form(
    'administrator',
    ({ param }) => useExpectedPurpose(param('clientId')),
    async (visit) => {
      const { link, client } = await chosen(dependencies, visit);
      const uri = expectedRedirectUri(server, link);
      if (uri === null)
        throw new ApplinksError(
          'conflict',
          409,
          'The address of the other application is not known any more.',
        );
      const kept = client.redirectUris.filter((known) => !known.isPlaceholder && known.uri !== uri);
      const redirectUris = [{ uri, isPlaceholder: false }, ...kept];
      await clients.changeClient(link.id, client.id, { redirectUris }, visit.user.id);
      seeOther(context, visit.res, linkPath(link, '?done=saved#oauth-credentials'));
    },
  );
}

export function confirmDeleteClient(dependencies: ClientPageDependencies): Endpoint {
  const { access, views, tokens } = dependencies;
  return access.page('administrator', async (visit) => {
    const { link, client } = await chosen(dependencies, visit);
    await views.render(visit.res, 'client-delete', {
      link: { id: link.id, name: link.name },
      client: { id: client.id, clientId: client.clientId },
      users: await describeUsers(tokens, { credentialId: client.id }),
      csrfToken: visit.formToken(deletePurpose(client.id)),
    });
  });
}

export function deleteClient(dependencies: ClientPageDependencies): Endpoint {
  const { access, clients, context } = dependencies;
  return access.form(
    'administrator',
    ({ param }) => deletePurpose(param('clientId')),
    async ({ res, param, user }) => {
      const link = await clients.removeClient(param('id'), param('clientId'), user.id);
      seeOther(context, res, linkPath(link, '?done=client-deleted'));
    },
  );
}

async function renderForm(
  { views, server }: ClientPageDependencies,
  { res, formToken }: Visit,
  link: Link,
  client: OAuth2Client | undefined,
  form: ClientFormModel,
): Promise<void> {
  const page = {
    link: { id: link.id, name: link.name, displayUrl: link.displayUrl },
    client: client && { id: client.id, clientId: client.clientId, isPublic: client.type === 'public' },
    types: Object.entries(typeNames).filter(([type]) => client === undefined || type !== 'public'),
    expected: expectedRedirectUri(server, link),
    server,
    form,
    csrfToken: formToken(client === undefined ? newPurpose(link.id) : editPurpose(client.id)),
  };
  const status = Object.keys(form.problems).length === 0 ? 200 : 400;
  await views.render(res, 'client', page, { status });
}

/** @throws ApplinksError `not_found` */
async function chosen(
  { links }: ClientPageDependencies,
  { param }: Visit,
): Promise<{ link: Link; client: OAuth2Client }> {
  const link = await links.get(param('id'));
  return { link, client: clientOf(link, param('clientId')) };
}

function secretNews({ id }: OAuth2Client, value: string) {
  return { credentialId: id, value, name: 'client secret' };
}

function linkPath({ id }: Link, rest: string): string {
  return `/applinks/admin/links/${encodeURIComponent(id)}${rest}`;
}
