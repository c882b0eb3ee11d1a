/** Secrets of webhooks: 256 random bits each, sealed for their place; after a rotation the former one counts for a while. */
import { randomBytes } from 'node:crypto';
import type { Context } from '../context.js';
import { sealedPlace } from '../store/sealed-places.js';
import type { Webhook, WebhookSecret } from '../store/webhooks.js';

type Owner = Pick<Webhook, 'id' | 'linkId'>;

export interface WebhookSecrets {
  make(): string;
  seal(owner: Owner, secret: string): WebhookSecret;
  /** Those that count now, newest first. */
  open(webhook: Webhook): string[];
}

export function createWebhookSecrets({ sealer, config }: Pick<Context, 'sealer' | 'config'>): WebhookSecrets {
  const place = ({ linkId, id }: Owner): string => sealedPlace.webhookSecret(linkId, id);
  return {
    make: () => randomBytes(32).toString('base64url'),
    seal: (owner, secret) => ({ sealed: sealer.seal(secret, place(owner)), untilMs: null }),
    open: (webhook) =>
      webhook.secrets
        .filter(({ untilMs }) => untilMs === null || untilMs > config.clock())
        .map(({ sealed }) => sealer.open(sealed, place(webhook))),
  };
}
