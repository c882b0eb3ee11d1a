/**
 * `POST …/bitbucket-server-webhook/trigger[/<hook id>]` (jenkins-integration.md C3), as an ordered list of checks:
 *
 *   media type 415 → size 413 → address and signature 401 → event key 400 → ping 200 → unsigned 401
 *   → delivery id 400 → JSON and fields 400 → stored, in the statement that tells a repeat → 200
 *
 * The signature comes before anything of the body is parsed, and the answer before anybody acts on it: Bitbucket waits,
 * and a listener may take long. An attacker would send unsigned events, replay a signed body as another event, or flood
 * us with large ones.
 */
import { randomUUID } from 'node:crypto';
import { Router, type Request, type RequestHandler } from 'express';
import type { ExtensionKit } from '../extension.js';
import { ApplinksError } from '../errors.js';
import { setNoStore } from '../http/security-headers.js';
import type { BitbucketConfig } from './options.js';
import {
  badRequest,
  orderKeyOf,
  readEventKey,
  readPayload,
  readRequestId,
  requireJson,
} from './webhook-request.js';
import { webhookRejected, type FindSender } from './webhook-sender.js';

export const webhookPath = '/bitbucket-server-webhook/trigger';

const addresses = /^\/bitbucket-server-webhook\/trigger(?:\/([\w-]{1,64}))?\/?$/;
const ping = 'diagnostics:ping';

export function webhookRoutes(
  { context, rawBodies, endpoints, wake }: ExtensionKit,
  config: BitbucketConfig,
  findSender: FindSender,
): RequestHandler {
  const { store, events } = context;
  const { clock } = context.config;

  const receive = async (req: Request, webhookId: string | undefined): Promise<object> => {
    requireJson(req);
    const body = await rawBodies.readBytes(req, config.webhooks.mostBytes);
    const { webhook, isSigned } = await findSender(webhookId, req.get('x-hub-signature'), body);
    const eventKey = readEventKey(req);
    if (eventKey === ping) {
      events.emit('webhook.pinged', { webhookId: webhook?.id ?? null, isSigned });
      return { event: ping, signed: isSigned };
    }
    if (!webhook || !(isSigned || config.allowInsecureUnsignedWebhooks))
      throw webhookRejected('the signature is missing');
    if (eventKey === undefined) throw badRequest('The header X-Event-Key is missing.');
    const requestId = readRequestId(req, body);
    const text = body.toString('utf8');
    const payload = readPayload(eventKey, text);
    const delivery = {
      ...{ id: randomUUID(), webhookId: webhook.id, linkId: webhook.linkId, requestId, eventKey },
      ...{ orderKey: orderKeyOf(webhook, payload), payload: text, state: 'queued' as const, attempts: 0 },
      ...{ dueAtMs: clock(), receivedAtMs: clock(), lastError: null, expiresAtMs: null },
    };
    const outcome = await store.deliveries.put(delivery);
    if (outcome === 'gone') throw webhookRejected('the webhook was removed meanwhile');
    wake();
    const { id: deliveryId, linkId } = delivery;
    const isRepeated = outcome === 'repeated';
    events.emit('webhook.received', { linkId, webhookId: webhook.id, deliveryId, eventKey, isRepeated });
    return { event: eventKey, repeated: isRepeated };
  };

  const router = Router();
  router.post(
    addresses,
    endpoints('json', 'webhook', async (req, res) => {
      const webhookId = req.params[0];
      setNoStore(res);
      const answer = await receive(req, webhookId).catch((error: unknown) => {
        if (error instanceof ApplinksError) {
          const { status, reason = error.message } = error;
          events.emit('webhook.rejected', { webhookId: webhookId ?? null, status, reason, address: req.ip });
        }
        throw error;
      });
      res.json(answer);
    }),
  );
  return router;
}
