/**
 * Which webhook sent a request: the one whose address was called, if it signed; at the plain address, which is the same
 * for all (jenkins-integration.md C3), the one whose secret fits. Nothing of the body is believed before that.
 */
import type { Context } from '../context.js';
import { ApplinksError } from '../errors.js';
import type { Webhook } from '../store/webhooks.js';
import type { WebhookSecrets } from './webhook-secrets.js';
import { isSignedBy } from './webhook-signature.js';

export interface Sender {
  /** Undefined: unsigned, and several have this address. */
  webhook: Webhook | undefined;
  isSigned: boolean;
}

export type FindSender = (
  webhookId: string | undefined,
  signature: string | undefined,
  body: Buffer,
) => Promise<Sender>;

export function createFindSender({ store }: Context, secrets: WebhookSecrets): FindSender {
  const withAddress = async (webhookId: string | undefined): Promise<Webhook[]> => {
    if (webhookId === undefined) return store.webhooks.listPlain();
    const webhook = await store.webhooks.get(webhookId);
    return webhook && webhook.repository !== null ? [webhook] : [];
  };
  return async (webhookId, signature, body) => {
    const known = await withAddress(webhookId);
    if (signature === undefined) {
      if (known.length === 0) throw webhookRejected('no webhook has this address');
      return { webhook: known.length === 1 ? known[0] : undefined, isSigned: false };
    }
    const matches = known.filter((webhook) => isSignedBy(body, signature, secrets.open(webhook)));
    if (known.length === 0) isSignedBy(body, signature, []);
    const [webhook] = matches;
    if (webhook) return { webhook, isSigned: true };
    throw webhookRejected(known.length === 0 ? 'no webhook has this address' : 'the signature is wrong');
  };
}

/** The same for a wrong signature and an unknown address. */
export function webhookRejected(reason: string): ApplinksError {
  return new ApplinksError(
    'webhook_rejected',
    401,
    'This webhook is not signed by a secret that is known here. Save the job again, so that its webhook is registered anew, or enter the same secret on both sides.',
    { reason },
  );
}
