/** The page of our own key, and the two buttons of a link's page that ask its peer about keys. */
import type { Endpoint } from '../http/handler.js';
import type { Views } from '../http/views.js';
import type { Context } from '../context.js';
import type { SigningKeys } from '../store/signing-keys.js';
import type { KeyService } from './key-service.js';
import type { LinkService } from './link-service.js';
import { seeOther, type PageAccess } from './page-access.js';
import { publicKeyFingerprint } from './public-key-fingerprint.js';
import { trustPurpose } from './trust-purpose.js';

export interface KeyPageDependencies {
  context: Context;
  views: Views;
  access: PageAccess;
  links: LinkService;
  keys: SigningKeys;
  keyService: KeyService;
}

const rotatePurpose = 'rotate signing key';

export function showKeys({ access, views, keys, links }: KeyPageDependencies): Endpoint {
  return access.page('administrator', async ({ res, formToken }) => {
    const [current, ...former] = await keys.list();
    const holders = (id: string): string[] => holding.get(id) ?? [];
    const holding = new Map<string, string[]>();
    for (const link of await links.list()) {
      const id = link.outgoing.find(({ kind }) => kind === 'oauth1-atlassian')?.signingKeyId;
      if (id) holding.set(id, [...holders(id), link.name]);
    }
    const shown = [current, ...former].flatMap((key) =>
      key
        ? [
            {
              fingerprint: publicKeyFingerprint(key.publicKey),
              createdAtMs: key.createdAtMs,
              holders: holders(key.id),
            },
          ]
        : [],
    );
    await views.render(res, 'keys', { keys: shown, csrfToken: formToken(rotatePurpose) });
  });
}

export function rotateKey({ access, context, keyService }: KeyPageDependencies): Endpoint {
  return access.form(
    'administrator',
    () => rotatePurpose,
    async ({ res, user }) => {
      await keyService.rotate(user.id);
      seeOther(context, res, '/applinks/admin/keys');
    },
  );
}

/** `refresh`: their key; `held`: which of ours they hold. */
export function askAboutKeys({ access, context, keyService }: KeyPageDependencies): Endpoint {
  return access.form(
    'administrator',
    ({ param }) => trustPurpose(param('id')),
    async ({ form, res, user, param }) => {
      const id = param('id');
      if (form.has('held')) await keyService.readHeldKey(id, user.id);
      else await keyService.refreshPeerKey(id, user.id);
      seeOther(context, res, `/applinks/admin/links/${encodeURIComponent(id)}`);
    },
  );
}
