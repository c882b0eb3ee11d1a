/** Links as JSON, for administrators: the same checks and the same service as behind the pages. */
import { z } from 'zod';
import type { Context } from '../context.js';
import type { Endpoint } from '../http/handler.js';
import { publicPath } from '../http/public-url.js';
import { generateSecret } from './credential-factory.js';
import { readInput } from './link-input.js';
import { linkJson, savedLinkJson } from './link-json.js';
import type { LinkService, SavedLink } from './link-service.js';
import type { RestAccess, RestAnswer } from './rest-access.js';

export interface RestLinkDependencies {
  context: Pick<Context, 'config'>;
  access: RestAccess;
  links: LinkService;
}

const newSecret = z
  .strictObject({ secret: z.unknown() }, 'Send an object, empty to have a secret made.')
  .partial();

export function listLinks({ access, context: { config }, links }: RestLinkDependencies): Endpoint {
  return access.read('administrator', async () => ({
    status: 200,
    body: { links: (await links.list()).map((link) => linkJson(config, link)) },
  }));
}

export function readLink({ access, context: { config }, links }: RestLinkDependencies): Endpoint {
  return access.read('administrator', async ({ param }) => ({
    status: 200,
    body: { link: linkJson(config, await links.get(param('id'))) },
  }));
}

export function createLinkByJson(dependencies: RestLinkDependencies): Endpoint {
  const { access, links } = dependencies;
  return access.write('administrator', async ({ user }, body) =>
    created(dependencies, await links.create(body, user.id)),
  );
}

/** What the body does not mention stays as it is. */
export function changeLinkByJson({ access, context: { config }, links }: RestLinkDependencies): Endpoint {
  return access.write('administrator', async ({ user, param }, body) => ({
    status: 200,
    body: savedLinkJson(config, await links.update(param('id'), body, user.id)),
  }));
}

export function removeLinkByJson({ access, links }: RestLinkDependencies): Endpoint {
  return access.remove('administrator', async ({ user, param }) => {
    await links.remove(param('id'), user.id);
    return { status: 204 };
  });
}

export function addCredentialByJson(dependencies: RestLinkDependencies): Endpoint {
  const { access, links } = dependencies;
  return access.write('administrator', async ({ user, param }, body) =>
    created(dependencies, await links.addCredential(param('id'), body, user.id)),
  );
}

export function changeCredentialByJson({
  access,
  context: { config },
  links,
}: RestLinkDependencies): Endpoint {
  return access.write('administrator', async ({ user, param }, body) => ({
    status: 200,
    body: savedLinkJson(
      config,
      await links.updateCredential(param('id'), param('credentialId'), body, user.id),
    ),
  }));
}

/** A new shared secret: the given one, else one that is made here. */
export function replaceSecretByJson({ access, context: { config }, links }: RestLinkDependencies): Endpoint {
  return access.write('administrator', async ({ user, param }, body) => {
    const { secret = generateSecret() } = readInput(newSecret, body);
    const saved = await links.updateCredential(param('id'), param('credentialId'), { secret }, user.id);
    return { status: 200, body: savedLinkJson(config, saved) };
  });
}

export function removeCredentialByJson({ access, links }: RestLinkDependencies): Endpoint {
  return access.remove('administrator', async ({ user, param }) => {
    await links.removeCredential(param('id'), param('credentialId'), user.id);
    return { status: 204 };
  });
}

function created({ context: { config } }: RestLinkDependencies, saved: SavedLink): RestAnswer {
  return {
    status: 201,
    location: publicPath(config, `/applinks/rest/links/${encodeURIComponent(saved.link.id)}`),
    body: savedLinkJson(config, saved),
  };
}
