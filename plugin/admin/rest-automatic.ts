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
import type { WantedLink } from './autoconfigure/own-half.js';
import { lookUp, redirectTarget, type FindPeer } from './autoconfigure/create-pages.js';
import type { KeyService } from './key-service.js';
import type { PeerLook } from './landing/peer-look.js';
import { isBaseUrl } from './landing/starting-peer.js';
import { notFound } from './link-change.js';
import { readInput } from './link-input.js';
import { linkJson } from './link-json.js';
import { publicKeyFingerprint } from './public-key-fingerprint.js';
import type { RestAccess } from './rest-access.js';

export interface RestAutomaticDependencies {
  context: Pick<Context, 'config' | 'store'>;
  access: RestAccess;
  automatic: AutomaticLinks;
  findPeer: FindPeer;
  keys: SigningKeys;
  keyService: KeyService;
}

const text = (what: string) =>
  z.string(`Enter ${what}.`).min(1, `Enter ${what}.`).max(1024, 'This is too long.');
const administrator = z.strictObject({ name: text('a name'), password: text('a password') });

const wantedInput = {
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
};
const describeLink = 'Describe the link by an object.';

export const lookUpInput = z.strictObject({ url: text('an address') }, 'Name an address.');
export const ownHalfInput = z.strictObject(wantedInput, describeLink);
export const automaticLinkInput = z.strictObject(
  { ...wantedInput, sharedSecret: z.boolean().default(false), administrator },
  describeLink,
);
/** Without an administrator it is done in the name of the caller's account there. */
export const deleteBothInput = z.strictObject(
  { administrator: administrator.optional() },
  'Name an administrator there, or send an empty object.',
);

/** @throws LinkingFailed, told with the step that failed and what is left */
export function linkByJson({ access, automatic, context: { config } }: RestAutomaticDependencies): Endpoint {
  return access.write('administrator', async ({ user }, body) => {
    const input = readInput(automaticLinkInput, body);
    const wanted = { ...(await wantedOf(automatic, input)), isManual: input.sharedSecret };
    const link = await automatic.linkByPassword(wanted, input.administrator, user.id);
    return { status: 201, body: { link: linkJson(config, link) } };
  });
}

/** Our half only; whoever opens `continueAt` in a browser makes the other one there. @throws LinkingFailed */
export function ownHalfByJson({
  access,
  automatic,
  context: { config },
}: RestAutomaticDependencies): Endpoint {
  return access.write('administrator', async ({ user }, body) => {
    const wanted = await wantedOf(automatic, readInput(ownHalfInput, body));
    const link = await automatic.ownHalf(wanted, user.id);
    const continueAt = redirectTarget(wanted.look, config.baseUrl);
    return { status: 201, body: { link: linkJson(config, link), continueAt } };
  });
}

/** Who is at an address, before anything is made; `peer` is null, and `problem` says why, when nobody is. */
export function lookUpByJson({ access, automatic, findPeer }: RestAutomaticDependencies): Endpoint {
  return access.write('administrator', async (_call, body) => {
    const { url } = readInput(lookUpInput, body);
    const { look, problem, suggestedUrl = null, warnings = [] } = await lookUp({ findPeer, automatic }, url);
    const peer = look === undefined ? null : peerJson(look);
    const why = problem === undefined ? null : { message: problem.message, answer: problem.answer ?? null };
    return { status: 200, body: { peer, problem: why, suggestedUrl, warnings } };
  });
}

function peerJson({ consumer, ...look }: PeerLook): object {
  const { id, name, typeId, version, rpcUrl, displayUrl, fingerprint } = look;
  const { key, publicKey, bits } = consumer;
  return { id, name, type: typeId, version, rpcUrl, displayUrl, key, publicKey, bits, fingerprint };
}

/** @throws InvalidInput when another key is there than the expected one */
async function wantedOf(
  automatic: AutomaticLinks,
  { url, fingerprint, name, direction, twoLegged }: z.output<typeof ownHalfInput>,
): Promise<WantedLink> {
  const look = await automatic.look(url);
  if (fingerprint !== undefined && fingerprint.toLowerCase() !== look.fingerprint.toLowerCase())
    throw new InvalidInput({ fingerprint: [`The key there has the fingerprint ${look.fingerprint}.`] });
  return { look, name: name ?? look.name, direction, twoLegged };
}

export function deleteBothByJson({ access, automatic }: RestAutomaticDependencies): Endpoint {
  return access.write('administrator', async ({ user, param }, body) => {
    const { administrator: named = null } = readInput(deleteBothInput, body);
    await automatic.removeTwoWay(param('id'), named, user.id);
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

/** In the name of the caller's account there; `isKnown` is false when the peer did not tell. */
export function readHeldKeyByJson({
  access,
  context: { config, store },
  keyService,
}: RestAutomaticDependencies): Endpoint {
  return access.write('administrator', async ({ user, param }, body) => {
    readInput(z.strictObject({}, 'Send an empty object.'), body);
    const held = await keyService.readHeldKey(param('id'), user.id);
    const link = held ?? (await store.links.get(param('id'))) ?? notFound('link');
    return { status: 200, body: { link: linkJson(config, link), isKnown: held !== undefined } };
  });
}
