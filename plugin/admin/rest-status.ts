/** How a link does, as JSON: what its page tells, and its button *Test link*. */
import type { Endpoint } from '../http/handler.js';
import type { SigningKeys } from '../store/signing-keys.js';
import { arrowsOf } from './link-arrows.js';
import { seenOf, type StatusDependencies } from './link-status.js';
import type { RestAccess } from './rest-access.js';

type RestStatusDependencies = StatusDependencies & { access: RestAccess };

/** All that the link's page tells: its last test, its last errors, and the two arrows with keys and use. */
export function readStatus({
  access,
  links,
  context,
  keys,
}: RestStatusDependencies & { keys: SigningKeys }): Endpoint {
  return access.read('administrator', async ({ param }) => {
    const link = await links.get(param('id'));
    const seen = await seenOf(context, link.id);
    const { status = null, rejection: incomingRejected = null, failure: outgoingFailed = null } = seen;
    const { attempt: incomingAttempt = null } = seen;
    const { lost: outgoingLost = null, flow: outgoingAuthorization = null } = seen;
    const { incoming, outgoing } = await arrowsOf(context, keys, link);
    return {
      status: 200,
      body: {
        ...{ status, incomingRejected, incomingAttempt, incoming },
        ...{ outgoingFailed, outgoingLost, outgoingAuthorization, outgoing },
      },
    };
  });
}

export function testByJson({ access, links, diagnose }: RestStatusDependencies): Endpoint {
  return access.write('administrator', async ({ user, param }) => ({
    status: 200,
    body: { status: await diagnose(await links.get(param('id')), user) },
  }));
}
