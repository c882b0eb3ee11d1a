/** A registered webhook, what was sent to it, and which events there are (jenkins-integration.md C2, C3). */
import type { Repository } from '../repositories/repository.js';

export interface Webhook {
  id: number;
  repository: Repository;
  name: string;
  url: string;
  events: readonly string[];
  active: boolean;
  /** With `secret`, deliveries are signed; everything else is kept for whoever registered it. */
  configuration: Readonly<Record<string, string>>;
  sslVerificationRequired: boolean;
  createdDate: number;
  updatedDate: number;
}

export interface Delivery {
  /** `X-Request-Id`. */
  id: string;
  webhookId: number;
  event: string;
  url: string;
  headers: Readonly<Record<string, string>>;
  body: string;
  sentAtMs: number;
  /** 1, and one more for each redelivery. */
  attempt: number;
  /** Undefined while it is held or under way, and when nothing came back. */
  status: number | undefined;
  answer: string;
  error: string | undefined;
}

export const webhookEvents: readonly string[] = [
  'repo:refs_changed',
  'repo:modified',
  'repo:forked',
  'repo:comment:added',
  'repo:comment:edited',
  'repo:comment:deleted',
  'mirror:repo_synchronized',
  'pr:opened',
  'pr:from_ref_updated',
  'pr:to_ref_updated',
  'pr:modified',
  'pr:reviewer:updated',
  'pr:reviewer:approved',
  'pr:reviewer:unapproved',
  'pr:reviewer:needs_work',
  'pr:merged',
  'pr:declined',
  'pr:deleted',
  'pr:comment:added',
  'pr:comment:edited',
  'pr:comment:deleted',
];
