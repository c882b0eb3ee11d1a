/** Reads what a webhook sends, each refusal with the status of jenkins-integration.md C3; see webhook-endpoint.ts for the order. */
import { createHash } from 'node:crypto';
import type { Request } from 'express';
import { z } from 'zod';
import { ApplinksError } from '../errors.js';
import { readWebhook, repositoryOf, type WebhookEnvelope } from './webhook-events.js';

const eventKeyForm = /^[a-z][\w:.-]{0,126}$/i;
const requestIdForm = /^[\x21-\x7e]{1,200}$/;
const mostIssuesTold = 5;

export function requireJson(req: Request): void {
  const type = req.get('content-type');
  if (type === undefined || /^application\/json\s*(?:;|$)/i.test(type)) return;
  throw new ApplinksError('unsupported_media_type', 415, 'Send the event as application/json.');
}

/** Lower case; undefined when it is absent or empty. @throws ApplinksError `invalid_input` when it is malformed. */
export function readEventKey(req: Request): string | undefined {
  const key = req.get('x-event-key');
  if (key === undefined || key === '') return undefined;
  if (!eventKeyForm.test(key)) throw badRequest('The header X-Event-Key does not name an event.');
  return key.toLowerCase();
}

/** Names the delivery; a sender without the header is known by what it sends. */
export function readRequestId(req: Request, body: Buffer): string {
  const id = req.get('x-request-id');
  if (id === undefined || id === '') return `sha256:${createHash('sha256').update(body).digest('hex')}`;
  if (!requestIdForm.test(id)) throw badRequest('The header X-Request-Id is malformed.');
  return id;
}

/**
 * The header is not signed, so it must say what the body says.
 * @throws ApplinksError `invalid_input` for what is not JSON or lacks what the event promises.
 */
export function readPayload(eventKey: string, text: string): WebhookEnvelope {
  const payload = parse(eventKey, text);
  if (payload.eventKey.toLowerCase() === eventKey) return payload;
  throw badRequest('The header X-Event-Key and the field eventKey name different events.');
}

function parse(eventKey: string, text: string): WebhookEnvelope {
  try {
    return readWebhook(eventKey, text);
  } catch (error) {
    if (!(error instanceof z.ZodError)) throw badRequest('The body is not JSON.', error);
    const issues = error.issues
      .slice(0, mostIssuesTold)
      .map(({ path, message }) => `${path.map(String).join('.') || 'body'}: ${message}`);
    throw badRequest(`The body is not a ${eventKey} event. ${issues.join('; ')}`, error);
  }
}

/** Deliveries about the same repository keep their order; those about none, that of their webhook. */
export function orderKeyOf(webhook: { id: string; linkId: string }, payload: WebhookEnvelope): string {
  const repository = repositoryOf(payload);
  return repository
    ? JSON.stringify([webhook.linkId, repository.project.key.toLowerCase(), repository.slug.toLowerCase()])
    : JSON.stringify([webhook.id]);
}

export function badRequest(message: string, cause?: unknown): ApplinksError {
  return new ApplinksError('invalid_input', 400, message, { cause });
}
