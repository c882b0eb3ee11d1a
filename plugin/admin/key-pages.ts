/** The page of our own key, and the two buttons of a link's page that ask its peer about keys. */
import type { Endpoint } from '../http/handler.js';
import type { Views } from '../http/views.js';
import type { Context } from '../context.js';
import type { SigningKeys } from '../store/signing-keys.js';
import type { Link } from '../store/store.js';
import { doneMessage } from './done-message.js';
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
  return access.page('administrator', async ({ res, query, formToken }) => {
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
    await views.render(res, 'keys', {
      keys: shown,
      done: doneMessage(query),
      csrfToken: formToken(rotatePurpose),
    });
  });
}

export function rotateKey({ access, context, keyService }: KeyPageDependencies): Endpoint {
  return access.form(
    'administrator',
    () => rotatePurpose,
    async ({ res, user }) => {
      await keyService.rotate(user.id);
      seeOther(context, res, '/applinks/admin/keys?done=rotated');
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
      const done = form.has('held')
        ? await heldKey(keyService, id, user.id)
        : hasOffer(await keyService.refreshPeerKey(id, user.id))
          ? 'key-offered'
          : 'key-same';
      seeOther(context, res, `/applinks/admin/links/${encodeURIComponent(id)}?done=${done}`);
    },
  );
}

async function heldKey(keyService: KeyService, id: string, by: string): Promise<string> {
  return (await keyService.readHeldKey(id, by)) === undefined ? 'held-unknown' : 'held-read';
}

function hasOffer({ incoming }: Link): boolean {
  return incoming.some(
    (credential) => credential.kind === 'oauth1-rsa' && credential.offeredPublicKey !== null,
  );
}
