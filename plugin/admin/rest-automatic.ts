/**
 * Links that make themselves, and our signing key, as JSON: the same as the pages, for scripts. The password of a peer's
 * administrator comes in the body, is used once, and is in no answer.
 */
import { z } from 'zod';
import type { Context } from '../context.js';
import { InvalidInput } from '../errors.js';
import type { Endpoint } from '../http/handler.js';
import type { SigningKeys } from '../store/signing-keys.js';
import type { AutomaticLinks } from './autoconfigure/automatic-links.js';
import type { KeyService } from './key-service.js';
import { isBaseUrl } from './landing/starting-peer.js';
import { readInput } from './link-input.js';
import { linkJson } from './link-json.js';
import { publicKeyFingerprint } from './public-key-fingerprint.js';
import type { RestAccess } from './rest-access.js';

export interface RestAutomaticDependencies {
  context: Pick<Context, 'config'>;
  access: RestAccess;
  automatic: AutomaticLinks;
  keys: SigningKeys;
  keyService: KeyService;
}

const text = (what: string) =>
  z.string(`Enter ${what}.`).min(1, `Enter ${what}.`).max(1024, 'This is too long.');
const administrator = z.strictObject({ name: text('a name'), password: text('a password') });

export const automaticLinkInput = z.strictObject(
  {
    url: z
      .string('Enter the base URL of the other application.')
      .trim()
      .transform((url) => url.replace(/\/+$/, ''))
      .refine(isBaseUrl, 'Enter the http or https base URL of the other application.'),
    /** Fingerprint of the key that is expected there. */
    fingerprint: z.string().optional(),
    name: z.string().trim().min(1).max(255).optional(),
    direction: z.enum(['incoming', 'outgoing', 'two-way'], 'Choose a direction.').default('two-way'),
    twoLegged: z.boolean().default(true),
    sharedSecret: z.boolean().default(false),
    administrator,
  },
  'Describe the link by an object.',
);
export const deleteBothInput = z.strictObject({ administrator }, 'Name an administrator there.');

/** @throws LinkingFailed, told with the step that failed and what is left */
export function linkByJson({ access, automatic, context: { config } }: RestAutomaticDependencies): Endpoint {
  return access.write('administrator', async ({ user }, body) => {
    const input = readInput(automaticLinkInput, body);
    const look = await automatic.look(input.url);
    if (input.fingerprint !== undefined && input.fingerprint.toLowerCase() !== look.fingerprint.toLowerCase())
      throw new InvalidInput({ fingerprint: [`The key there has the fingerprint ${look.fingerprint}.`] });
    const { direction, twoLegged, sharedSecret: isManual, name = look.name } = input;
    const wanted = { look, name, direction, twoLegged, isManual };
    const link = await automatic.linkByPassword(wanted, input.administrator, user.id);
    return { status: 201, body: { link: linkJson(config, link) } };
  });
}

export function deleteBothByJson({ access, automatic }: RestAutomaticDependencies): Endpoint {
  return access.write('administrator', async ({ user, param }, body) => {
    await automatic.removeTwoWay(param('id'), readInput(deleteBothInput, body).administrator, user.id);
    return { status: 204 };
  });
}

const keysJson = async (keys: SigningKeys): Promise<object> => ({
  keys: (await keys.list()).map(({ id, publicKey, createdAtMs }) => ({
    id,
    publicKey,
    fingerprint: publicKeyFingerprint(publicKey),
    createdAtMs,
  })),
});

export function readKeysByJson({ access, keys }: RestAutomaticDependencies): Endpoint {
  return access.read('administrator', async () => ({ status: 200, body: await keysJson(keys) }));
}

/** A new key; links go on with the one that their peer holds. */
export function rotateKeyByJson({ access, keys, keyService }: RestAutomaticDependencies): Endpoint {
  return access.write('administrator', async ({ user }, body) => {
    readInput(z.strictObject({}, 'Send an empty object.'), body);
    await keyService.rotate(user.id);
    return { status: 201, body: await keysJson(keys) };
  });
}

export function refreshPeerKeyByJson({
  access,
  context: { config },
  keyService,
}: RestAutomaticDependencies): Endpoint {
  return access.write('administrator', async ({ user, param }, body) => {
    readInput(z.strictObject({}, 'Send an empty object.'), body);
    return {
      status: 200,
      body: { link: linkJson(config, await keyService.refreshPeerKey(param('id'), user.id)) },
    };
  });
}
