/** What this Bitbucket can do, which an older one could not (jenkins-integration.md C5). */
import { webhookEvents } from '../webhooks/webhook.js';

export interface CapabilitySwitches {
  /** The newer resource of build statuses. On. */
  richBuildStatus: boolean;
  /** The state CANCELLED. On. */
  cancelledStatus: boolean;
  /** On. */
  deployments: boolean;
  /** Events that hooks may ask for; undefined: there is no such document. */
  webhookEvents: readonly string[] | undefined;
}

export const defaultCapabilities = (): CapabilitySwitches => ({
  richBuildStatus: true,
  cancelledStatus: true,
  deployments: true,
  webhookEvents,
});
