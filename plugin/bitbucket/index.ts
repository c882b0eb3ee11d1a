/** Public entry point `express-applinks/bitbucket`: webhooks, build statuses and deployments of Bitbucket Data Center. */
export { createBitbucket, type Bitbucket } from './bitbucket.js';
export type { BuildState, BuildStatus } from './build-status.js';
export type { Capabilities } from './capabilities.js';
export type { Deployment } from './deployment.js';
export type { BitbucketOptions, Credential } from './options.js';
export type {
  RefChange,
  WebhookEnvelope,
  WebhookEventKey,
  WebhookEvents,
  WebhookPullRequest,
  WebhookRepository,
} from './webhook-events.js';
export type { DeliveryInfo, WebhookListener } from './webhook-listeners.js';
export type { WebhookRegistration, WebhookTarget } from './webhook-registration.js';
export type { WebhookWish } from './webhook-wishes.js';
