/** A mirror farm in small: another address from which the same repositories are cloned (jenkins-integration.md C1 row 10). */
export interface Mirror {
  id: string;
  name: string;
  /** Not so: it is listed, but has nothing to clone. */
  isAvailable: boolean;
  /** Gives no clone URL, so that a client falls back to the upstream's. */
  omitsCloneUrls: boolean;
}
