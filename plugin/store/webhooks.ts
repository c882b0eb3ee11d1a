/**
 * The webhooks that we have at Bitbucket servers (jenkins-integration.md C2): where each is, and the secrets by which
 * what it sends is told from what anybody sends. Part of the contract of every store; the rules of store.ts hold here too.
 */

/** A repository, named as Bitbucket names it; letters' case makes no difference. */
export interface RepositoryPlace {
  projectKey: string;
  repositorySlug: string;
}

export interface WebhookSecret {
  sealed: string;
  /** Until when a delivery may be signed by it; null: it is the present one. */
  untilMs: number | null;
}

export interface Webhook {
  /** Part of the address that the hook calls. */
  id: string;
  linkId: string;
  /** null: the plain address without an id, which an administrator of the link set up by hand. */
  repository: RepositoryPlace | null;
  name: string;
  /** Id of the hook at the server; null: not known to exist there. */
  remoteId: number | null;
  events: string[];
  /** Newest first. */
  secrets: WebhookSecret[];
  createdAtMs: number;
  updatedAtMs: number;
  /** Grows by one with each update; see WebhookStore.update. */
  revision: number;
}

export interface WebhookStore {
  /**
   * False, and nothing stored, when the link is gone or has a webhook for this repository (or one for the plain address)
   * already. An id that exists already is an Error.
   */
  create(webhook: Webhook): Promise<boolean>;
  get(id: string): Promise<Webhook | undefined>;
  find(linkId: string, repository: RepositoryPlace | null): Promise<Webhook | undefined>;
  /** Oldest first; without a link those of all. */
  list(linkId?: string): Promise<Webhook[]>;
  /** Those of plain addresses, of all links, oldest first. */
  listPlain(): Promise<Webhook[]>;
  /** Replaces it, but for its link and repository, if its stored revision is still `webhook.revision`, and adds one to that; false (and no change) otherwise. */
  update(webhook: Webhook): Promise<boolean>;
  /** With what it delivered; false when there was none. */
  remove(id: string): Promise<boolean>;
}

/** Equal for the same place of a link. */
export const placeOf = (repository: RepositoryPlace | null): string =>
  repository === null
    ? ''
    : JSON.stringify([repository.projectKey.toLowerCase(), repository.repositorySlug.toLowerCase()]);
