/** A webhook as somebody registers it, checked as Bitbucket checks it (jenkins-integration.md C2). */
import { isRecord, parseJson, text, type JsonRecord } from '../json-body.js';
import { fieldErrors, restError, RestRefusal } from '../rest/rest-error.js';
import type { CapabilitySwitches } from '../capabilities/switches.js';
import { webhookEvents, type Webhook } from './webhook.js';

export type WebhookFields = Pick<
  Webhook,
  'name' | 'url' | 'events' | 'active' | 'configuration' | 'sslVerificationRequired'
>;

const isHttp = (url: string): boolean => URL.canParse(url) && /^https?:$/.test(new URL(url).protocol);

function configurationOf(value: unknown): Record<string, string> {
  const entries = Object.entries(isRecord(value) ? value : {});
  return Object.fromEntries(
    entries.filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
  );
}

function problems({ name, url, events }: JsonRecord, known: readonly string[]): Map<string, string> {
  const found = new Map<string, string>();
  if (text(name) === undefined) found.set('name', 'A webhook needs a name.');
  else if (String(name).length > 255) found.set('name', 'The name may have up to 255 characters.');
  if (!isHttp(text(url) ?? '')) found.set('url', 'The URL must be an absolute one of http or https.');
  const isKnown = (event: unknown): boolean => typeof event === 'string' && known.includes(event);
  if (!Array.isArray(events) || events.length === 0) found.set('events', 'At least one event is needed.');
  else if (!events.every(isKnown)) found.set('events', 'One of the events is unknown.');
  return found;
}

/**
 * @throws RestRefusal for what Bitbucket refuses.
 * @param old: a secret that is not shown need not be sent again; an empty one takes it away.
 */
export function readWebhook(
  switches: Pick<CapabilitySwitches, 'webhookEvents'>,
  body: string,
  old?: Webhook,
): WebhookFields {
  const read = parseJson(body);
  if (!isRecord(read)) throw new RestRefusal(restError(400, 'The body is not a JSON object.'));
  const refusal = fieldErrors(problems(read, switches.webhookEvents ?? webhookEvents));
  if (refusal) throw new RestRefusal(refusal);
  const secret = old?.configuration.secret;
  const kept: Record<string, string> = secret === undefined ? {} : { secret };
  return {
    name: text(read.name) ?? '',
    url: text(read.url) ?? '',
    events: (Array.isArray(read.events) ? read.events : []).map(String),
    active: read.active !== false,
    configuration: { ...kept, ...configurationOf(read.configuration) },
    sslVerificationRequired: read.sslVerificationRequired !== false,
  };
}
