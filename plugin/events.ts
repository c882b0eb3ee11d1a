/**
 * What an auditor hears of. Names are `noun.past_participle`; payloads never hold a token, secret, signature or
 * header (design.md, Public API). The same events go to the diagnostics channel `applinks`.
 */
import { channel } from 'node:diagnostics_channel';
import type { ProblemCode } from './errors.js';
import type { OAuth2ErrorCode } from './oauth2-errors.js';

interface GrantEvent {
  linkId: string;
  credentialId: string;
  userId: string;
}

interface TokenEvent {
  linkId: string;
  credentialId: string;
  /** null: the client's own, without a user (OAuth 2.0). */
  userId: string | null;
  /** Names a token of OAuth 1.0a, or an authorization of OAuth 2.0 with all its tokens. */
  tokenId: string;
}

export interface RejectedEvent {
  /** Name of the endpoint, or `resource` for a route behind authenticate(). */
  endpoint: string;
  /**
   * `forbidden`: who signed is known, but the token lacks the scope of the route; `login_required`: nobody was logged in,
   * or name and password were wrong.
   */
  problem:
    | ProblemCode
    | OAuth2ErrorCode
    | 'rate_limited'
    | 'challenge'
    | 'csrf_rejected'
    | 'forbidden'
    | 'login_required';
  /** Internal explanation that the caller did not get. */
  reason: string;
  /** Consumer key or client id, as the caller claimed it. */
  consumerKey: string | undefined;
  address: string | undefined;
}

interface WebhookEvent {
  linkId: string;
  webhookId: string;
}

interface DeliveryEvent extends WebhookEvent {
  deliveryId: string;
  eventKey: string;
}

/** A state that Bitbucket was to be told, of the build or deployment with this key. */
interface ToldEvent {
  linkId: string;
  commit: string;
  key: string;
  state: string;
}

export interface EventMap {
  'link.created': { linkId: string; by: string | null };
  'link.updated': { linkId: string; by: string | null };
  'link.removed': { linkId: string; by: string | null };
  /** A peer shows another key than the one it was linked with; an administrator decides. */
  'consumer_key.offered': { linkId: string; credentialId: string };
  /** A peer shows a consumer key that belongs to another link. */
  'consumer_key.refused': { linkId: string; consumerKey: string };
  'request_token.issued': { linkId: string; credentialId: string };
  'request_token.locked': { linkId: string; credentialId: string };
  'authorization.allowed': GrantEvent;
  'authorization.denied': GrantEvent;
  'access_token.issued': TokenEvent;
  'access_token.renewed': TokenEvent;
  'access_token.revoked': TokenEvent & { by: string | null };
  /** An authorization code came a second time: what came of its first use was revoked. */
  'authorization_code.replayed': TokenEvent;
  /** A refresh token came again after its successor was issued: the authorization was revoked. */
  'refresh_token.reused': TokenEvent;
  'request.rejected': RejectedEvent;
  'grant.created': { linkId: string; userId: string | null };
  'grant.renewed': { linkId: string; userId: string | null };
  /** `reason`: the peer's problem code, `refused` when it named none, `expired` or `disconnected`. */
  'grant.removed': { linkId: string; userId: string | null; reason: string };
  /** A call of ours to a peer came to nothing; `problem` as in errors.ts or the peer's `oauth_problem`. */
  'connection.failed': { linkId: string; problem: string };
  'webhook.registered': WebhookEvent;
  'webhook.removed': WebhookEvent;
  'webhook.received': DeliveryEvent & { isRepeated: boolean };
  /** Bitbucket's _Test connection_; null: an address of ours, but whose cannot be told without a signature. */
  'webhook.pinged': { webhookId: string | null; isSigned: boolean };
  /** `status`: what the sender was answered; `reason`: an explanation that they did not get. */
  'webhook.rejected': {
    webhookId: string | null;
    status: number;
    reason: string;
    address: string | undefined;
  };
  /** A listener failed; when `isDead`, an administrator may replay the delivery. */
  'webhook.failed': DeliveryEvent & { attempt: number; isDead: boolean };
  'build_status.posted': ToldEvent;
  'build_status.given_up': ToldEvent & { reason: string };
  'deployment.posted': ToldEvent;
  'deployment.given_up': ToldEvent & { reason: string };
}

export type EventName = keyof EventMap;
export type Listener<N extends EventName> = (event: EventMap[N]) => void;

export interface Events {
  emit: <N extends EventName>(name: N, event: EventMap[N]) => void;
  on: <N extends EventName>(name: N, listener: Listener<N>) => void;
  off: <N extends EventName>(name: N, listener: Listener<N>) => void;
}

/**
 * A listener that throws or rejects breaks neither the request that caused the event nor the process;
 * `onListenerError` hears of it.
 */
export function createEvents(onListenerError: (error: unknown, name: EventName) => void): Events {
  const listeners = new Map<EventName, Set<(event: never) => void>>();
  const diagnostics = channel('applinks');
  const listenersOf = (name: EventName): Set<(event: never) => void> => {
    const known = listeners.get(name) ?? new Set();
    listeners.set(name, known);
    return known;
  };
  return {
    on: (name, listener) => void listenersOf(name).add(listener),
    off: (name, listener) => void listenersOf(name).delete(listener),
    emit: (name, event) => {
      diagnostics.publish({ name, ...event });
      for (const listener of listeners.get(name) ?? []) {
        try {
          const heard = (listener as (event: unknown) => unknown)(event);
          if (heard instanceof Promise) heard.catch((error: unknown) => onListenerError(error, name));
        } catch (error) {
          onListenerError(error, name);
        }
      }
    },
  };
}
