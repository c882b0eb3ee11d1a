/**
 * Which events a repository's webhook is to have (jenkins-integration.md C2). The ones that a job's triggers stand for are
 * ours to add and to take away; names that are not known here stay as they are.
 */
import type { Capabilities } from './capabilities.js';

export interface WebhookWish {
  /** Pushes: branches and tags that appear, change or go. */
  refs?: boolean;
  /** Pull requests that are opened, updated or closed. */
  pullRequests?: boolean;
  /** The jobs clone from a mirror, so a push counts when the mirror has it. */
  mirror?: boolean;
}

const push = 'repo:refs_changed';
const mirrored = 'mirror:repo_synchronized';
const closed = ['pr:merged', 'pr:declined', 'pr:deleted'] as const;
const updated = 'pr:from_ref_updated';
const ours: ReadonlySet<string> = new Set([push, mirrored, 'pr:opened', updated, ...closed]);

export function eventsFor(
  { refs = false, pullRequests = false, mirror = false }: WebhookWish,
  { webhookEvents }: Pick<Capabilities, 'webhookEvents'>,
): string[] {
  const has = (event: string): boolean => webhookEvents?.has(event) ?? false;
  return [
    ...(refs ? [mirror && has(mirrored) ? mirrored : push] : []),
    ...(pullRequests ? ['pr:opened', ...closed] : []),
    ...(pullRequests && !mirror && has(updated) ? [updated] : []),
  ];
}

/** What is wanted, and those of others that the hook has already. */
export const withUnknownEvents = (wanted: readonly string[], present: readonly string[]): string[] => [
  ...new Set([...wanted, ...present.filter((event) => !ours.has(event))]),
];
