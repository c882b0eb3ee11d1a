/** Clients of OAuth 2.0 as JSON, for administrators: the same checks and the same service as behind the pages. */
import type { Context } from '../../context.js';
import type { Endpoint } from '../../http/handler.js';
import { publicPath } from '../../http/public-url.js';
import type { RestAccess } from '../rest-access.js';
import { savedClientJson } from './client-json.js';
import type { ClientService } from './client-service.js';
import type { OwnServer } from './own-server.js';

export interface RestClientDependencies {
  context: Pick<Context, 'config'>;
  access: RestAccess;
  clients: ClientService;
  server: OwnServer;
}

export function addClientByJson({ access, clients, server, context }: RestClientDependencies): Endpoint {
  return access.write('administrator', async ({ user, param }, body) => {
    const saved = await clients.addClient(param('id'), body, user.id);
    const path = `/applinks/rest/links/${encodeURIComponent(saved.link.id)}/clients/${saved.client.id}`;
    return {
      status: 201,
      location: publicPath(context.config, path),
      body: savedClientJson(server, saved),
    };
  });
}

/** What the body does not mention stays as it is. */
export function changeClientByJson({ access, clients, server }: RestClientDependencies): Endpoint {
  return access.write('administrator', async ({ user, param }, body) => ({
    status: 200,
    body: savedClientJson(server, await clients.changeClient(param('id'), param('clientId'), body, user.id)),
  }));
}

export function rotateClientSecretByJson({ access, clients, server }: RestClientDependencies): Endpoint {
  return access.write('administrator', async ({ user, param }, body) => ({
    status: 200,
    body: savedClientJson(
      server,
      await clients.rotateClientSecret(param('id'), param('clientId'), body, user.id),
    ),
  }));
}

export function removeClientByJson({ access, clients }: RestClientDependencies): Endpoint {
  return access.remove('administrator', async ({ user, param }) => {
    await clients.removeClient(param('id'), param('clientId'), user.id);
    return { status: 204 };
  });
}
