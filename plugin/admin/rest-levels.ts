/** Levels of a link, and an administrator's smaller decisions about it, as JSON. */
import { z } from 'zod';
import type { Context } from '../context.js';
import type { Endpoint } from '../http/handler.js';
import { readInput } from './link-input.js';
import { linkJson } from './link-json.js';
import type { SetLevels } from './link-levels.js';
import type { LinkTrust } from './link-trust.js';
import type { SetManualOutgoing } from './manual-outgoing.js';
import type { RestAccess } from './rest-access.js';

export interface RestLevelDependencies {
  context: Pick<Context, 'config'>;
  access: RestAccess;
  setLevels: SetLevels;
  trust: LinkTrust;
  setManualOutgoing: SetManualOutgoing;
}

const acceptedKey = z.strictObject({
  publicKey: z.string('Name the key that is accepted: publicKey.').max(16_384, 'This is too long for a key.'),
});
const nothing = z.strictObject({}, 'Send an empty object.');

export function setLevelsByJson({ access, context: { config }, setLevels }: RestLevelDependencies): Endpoint {
  return access.write('administrator', async ({ user, param }, body) => ({
    status: 200,
    body: { link: linkJson(config, await setLevels(param('id'), body, user.id)) },
  }));
}

/** Calls with a shared secret, for a server that is no Atlassian product. */
export function setOutgoingByJson({
  access,
  context: { config },
  setManualOutgoing,
}: RestLevelDependencies): Endpoint {
  return access.write('administrator', async ({ user, param }, body) => ({
    status: 200,
    body: { link: linkJson(config, await setManualOutgoing(param('id'), body, user.id)) },
  }));
}

export function makePrimaryByJson({ access, context: { config }, trust }: RestLevelDependencies): Endpoint {
  return access.write('administrator', async ({ user, param }, body) => {
    readInput(nothing, body);
    return { status: 200, body: { link: linkJson(config, await trust.makePrimary(param('id'), user.id)) } };
  });
}

export function acceptKeyByJson({ access, context: { config }, trust }: RestLevelDependencies): Endpoint {
  return access.write('administrator', async ({ user, param }, body) => {
    const { publicKey } = readInput(acceptedKey, body);
    const link = await trust.acceptKey(param('id'), param('credentialId'), publicKey, user.id);
    return { status: 200, body: { link: linkJson(config, link) } };
  });
}

export function refuseKeyByJson({ access, trust }: RestLevelDependencies): Endpoint {
  return access.remove('administrator', async ({ user, param }) => {
    await trust.refuseKey(param('id'), param('credentialId'), user.id);
    return { status: 204 };
  });
}
