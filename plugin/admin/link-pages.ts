/**
 * The pages of an administrator that show and delete application links. What an attacker would try: names and
 * callbacks that carry markup (SECURITY-2639; the views escape everything and make no link of them), and a form from
 * elsewhere (each form's token names its action and its link).
 */
import type { Context } from '../context.js';
import type { Endpoint } from '../http/handler.js';
import { publicPath } from '../http/public-url.js';
import type { Views } from '../http/views.js';
import type { SigningKeys } from '../store/signing-keys.js';
import type { Link } from '../store/store.js';
import type { CheckedLinkService } from './address-check.js';
import { describeClient } from './clients/client-summary.js';
import type { OwnServer } from './clients/own-server.js';
import { rotatePurpose, useExpectedPurpose } from './clients/purposes.js';
import { doneMessage } from './done-message.js';
import { describeUsers } from './granted-users.js';
import type { FormModel } from './link-form.js';
import { arrowsOf } from './link-arrows.js';
import { describeCredential, describeStatus, directionOf, typeName } from './link-summary.js';
import { seenOf, testPurpose } from './link-status.js';
import { trustPurpose } from './trust-purpose.js';
import { callsOf, disconnectPurpose, type CallsSources } from './oauth2-guide/calls-of-link.js';
import { seeOther, type PageAccess, type Visit } from './page-access.js';
import type { TokenService } from './token-service.js';

export interface LinkPageDependencies extends CallsSources {
  context: Context;
  views: Views;
  access: PageAccess;
  links: CheckedLinkService;
  tokens: TokenService;
  keys: SigningKeys;
  server: OwnServer;
}

export function showLinks({ access, views, links, tokens, context }: LinkPageDependencies): Endpoint {
  return access.page('administrator', async ({ res, query, formToken }) => {
    const rows = await Promise.all(
      (await links.list()).map(async (link) => {
        const { id, name, displayUrl, version, primary } = link;
        return {
          ...{ id, name, displayUrl, version, primary },
          type: typeName(link.type),
          direction: directionOf(link),
          ...describeStatus(link, await isUsed(tokens, id), (await seenOf(context, id)).status),
          testToken: formToken(testPurpose(id)),
          trustToken: formToken(trustPurpose(id)),
        };
      }),
    );
    await views.render(res, 'links', { links: rows, done: doneMessage(query) });
  });
}

export function showLink(dependencies: LinkPageDependencies): Endpoint {
  return dependencies.access.page('administrator', async (visit) => {
    await renderLink(dependencies, visit, await dependencies.links.get(visit.param('id')));
  });
}

/** What only the answer to one form shows. */
export interface LinkNews {
  /** Rendered once and never again; the page is `no-store`. */
  secret?: { credentialId: string; value: string; name: string };
  warnings?: readonly string[];
  /** Name of a sentence; see done-message.ts. */
  done?: string;
  /** A refused replacement of a secret or key, shown at its field. */
  replacement?: { credentialId: string; form: FormModel };
}

export async function renderLink(
  dependencies: LinkPageDependencies,
  { res, query, formToken }: Visit,
  link: Link,
  { secret, warnings = [], done, replacement }: LinkNews = {},
): Promise<void> {
  const { context, views, tokens, keys, server } = dependencies;
  const { config } = context;
  const credentials = link.incoming.map((credential) => ({
    ...describeCredential(credential, config, config.application, config.scopes),
    replacement:
      replacement?.credentialId === credential.id
        ? { isOpen: true, ...replacement.form }
        : { isOpen: false, values: { secret: '', public_key: '' }, problems: {} },
  }));
  const seen = await seenOf(context, link.id);
  const page = {
    link: {
      id: link.id,
      name: link.name,
      displayUrl: link.displayUrl,
      rpcUrl: link.rpcUrl,
      type: typeName(link.type),
      version: link.version,
      primary: link.primary,
      direction: directionOf(link),
      canDeleteBoth: link.rpcUrl !== null && link.applicationId !== null,
      arrows: await arrowsOf(context, keys, link),
      credentials,
      clients: link.clients.map((client) => ({
        ...describeClient(config, server, link, client),
        rotateToken: formToken(rotatePurpose(client.id)),
        useExpectedToken: formToken(useExpectedPurpose(client.id)),
      })),
      ...describeStatus(link, await isUsed(tokens, link.id), seen.status),
    },
    server,
    calls: await callsOf(dependencies, link.id),
    tokens: { disconnect: formToken(disconnectPurpose(link.id)) },
    secret: secret?.value,
    secretOf: secret?.credentialId,
    secretName: secret?.name,
    warnings: [...warnings, ...unreachable(config.baseUrl)],
    done: doneMessage(done === undefined ? query : new URLSearchParams({ done })),
    csrfToken: formToken(replacePurpose(link.id)),
    trustToken: formToken(trustPurpose(link.id)),
    testToken: formToken(testPurpose(link.id)),
    seen,
    connectPaths: {
      preferred: connectPath(config, link.id, null),
      tested: connectPath(config, link.id, seen.status?.connectUrl ?? null),
    },
  };
  await views.render(res, 'link', page, { status: replacement ? 400 : 200 });
}

export function confirmDelete({ access, views, links, tokens }: LinkPageDependencies): Endpoint {
  return access.page('administrator', async ({ res, param, formToken }) => {
    const link = await links.get(param('id'));
    await views.render(res, 'link-delete', {
      link: {
        id: link.id,
        name: link.name,
        canDeleteBoth: link.rpcUrl !== null && link.applicationId !== null,
      },
      isCalled: link.outgoing.length > 0,
      keys: [...link.incoming.map(({ key }) => key), ...link.clients.map(({ clientId }) => clientId)],
      users: await describeUsers(tokens, { linkId: link.id }),
      csrfToken: formToken(deletePurpose(link.id)),
    });
  });
}

export function deleteLink({ access, context, links }: LinkPageDependencies): Endpoint {
  return access.form(
    'administrator',
    ({ param }) => deletePurpose(param('id')),
    async ({ res, param, user }) => {
      await links.remove(param('id'), user.id);
      seeOther(context, res, '/applinks/admin?done=deleted');
    },
  );
}

export const replacePurpose = (linkId: string): string => `replace secret ${linkId}`;
const deletePurpose = (linkId: string): string => `delete link ${linkId}`;

/** By the connection that a test found without a token, and back to this page. */
function connectPath(config: Context['config'], linkId: string, connectUrl: string | null): string {
  const via = connectUrl === null ? null : new URL(connectUrl).searchParams.get('via');
  const id = encodeURIComponent(linkId);
  const query = new URLSearchParams({
    ...(via === null ? {} : { via }),
    returnTo: publicPath(config, `/applinks/admin/links/${id}`),
  });
  return `/applinks/connect/${id}?${query.toString()}`;
}

async function isUsed(tokens: TokenService, linkId: string): Promise<boolean> {
  return (await tokens.list({ linkId }, { limit: 1, offset: 0 })).length > 0;
}

/** The commonest reason why a first link fails: it is made on the developer's own machine. */
function unreachable(baseUrl: string): string[] {
  const { hostname } = new URL(baseUrl);
  if (!/^(?:localhost|.+\.localhost|127(?:\.\d+){3}|\[::1\])$/.test(hostname)) return [];
  return [
    `The Application URL leads to ${hostname}, which other machines cannot reach. Set the baseUrl of this application ` +
      'to the address under which the other application and its users find it, before you link it.',
  ];
}
