/**
 * Sends a delivery as Bitbucket does (jenkins-integration.md C3): headers, and HMAC-SHA256 of the raw body with the
 * hook's secret. What came back is logged; Bitbucket itself repeats nothing.
 */
import { createHmac, randomUUID } from 'node:crypto';
import type { StandInContext } from '../context.js';
import type { Delivery, Webhook } from './webhook.js';

const signatureOf = (body: string, secret: string): string =>
  `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`;

export function newDelivery(
  context: StandInContext,
  hook: Webhook,
  event: string,
  body: string,
  id: string = randomUUID(),
): Delivery {
  const { omitsSignature } = context.webhooks.switches;
  const { secret } = hook.configuration;
  const headers = {
    'Content-Type': 'application/json; charset=utf-8',
    'User-Agent': 'Bitbucket stand-in',
    'X-Event-Key': event,
    'X-Request-Id': id,
    ...(secret && !omitsSignature ? { 'X-Hub-Signature': signatureOf(body, secret) } : {}),
  };
  const { id: webhookId, url } = hook;
  const blank = { status: undefined, answer: '', error: undefined };
  return { id, webhookId, event, url, headers, body, sentAtMs: context.now(), attempt: 1, ...blank };
}

/** Never rejects: a failure is part of the log. */
export async function send(context: StandInContext, delivery: Delivery): Promise<void> {
  const { url, headers, body } = delivery;
  const { timeoutMs } = context.webhooks.switches;
  context.webhooks.deliveries.push(delivery);
  try {
    const answer = await context.send({ method: 'POST', url, headers, body, timeoutMs });
    delivery.status = answer.status;
    delivery.answer = answer.body;
  } catch (error) {
    delivery.error = error instanceof Error ? error.message : String(error);
  }
}

/** In order per hook, after what was sent before; held back while that is wanted. */
export function enqueue(context: StandInContext, delivery: Delivery): void {
  const { webhooks } = context;
  const start = (): void => {
    const done = webhooks.lanes.run(String(delivery.webhookId), () => send(context, delivery));
    webhooks.underWay.add(done);
    void done.finally(() => webhooks.underWay.delete(done));
  };
  if (webhooks.held) webhooks.held.push(start);
  else start();
}

/** Again, with the same `X-Request-Id` and body, signed with the secret of now. */
export function redeliver(context: StandInContext, hook: Webhook, sent: Readonly<Delivery>): void {
  const again = newDelivery(context, hook, sent.event, sent.body, sent.id);
  enqueue(context, { ...again, attempt: sent.attempt + 1 });
}
