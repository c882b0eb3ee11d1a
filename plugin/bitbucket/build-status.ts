/**
 * The state of a build as Bitbucket shows it at a commit (jenkins-integration.md C4), in the two forms that servers take:
 * the rich one where the capability document lists it, the older one otherwise. Absent values are left out.
 */
import { z } from 'zod';
import { fitKey, fitText, fitUrl, mostStatusUrl } from './limits.js';
import { repositoryPath } from './rest.js';

export const buildStates = ['INPROGRESS', 'SUCCESSFUL', 'FAILED', 'CANCELLED', 'UNKNOWN'] as const;
export type BuildState = (typeof buildStates)[number];

const count = z.int().min(0);
const place = z.string().min(1).max(255);
export const commitId = z.string().regex(/^[0-9a-f]{40}(?:[0-9a-f]{24})?$/i, 'must be a commit id');
export const webUrl = z.string().regex(/^https?:\/\/[^\s]+$/i, 'must be an http or https URL');

/** Fields that Bitbucket limits are made to fit; see limits.ts. */
export const buildStatusSchema = z.strictObject({
  linkId: z.string().min(1),
  projectKey: place,
  repositorySlug: place,
  /** Of a merged pull request the source commit: Bitbucket does not know the merge. */
  commit: commitId.toLowerCase(),
  key: z.string().trim().min(1).transform(fitKey),
  state: z.enum(buildStates),
  url: webUrl,
  /** In its place when it is longer than Bitbucket takes (450). */
  shortUrl: webUrl.optional(),
  name: z.string().transform(fitText).optional(),
  description: z.string().transform(fitText).optional(),
  buildNumber: z.string().max(255).optional(),
  /** Of the plan that all builds of a job belong to; required builds refer to it. */
  parent: z.string().transform(fitKey).optional(),
  /** Left out unless it begins with `refs/`. */
  ref: z.string().optional(),
  durationMs: count.optional(),
  testResults: z.strictObject({ successful: count, failed: count, skipped: count }).optional(),
});

export type BuildStatus = z.input<typeof buildStatusSchema>;
export type CheckedBuildStatus = z.output<typeof buildStatusSchema>;

export interface StatusCapabilities {
  richBuildStatus: boolean;
  cancelledStatus: boolean;
}

export interface BuildStatusMessage {
  path: string;
  isRich: boolean;
  body: { key: string; state: BuildState; url: string; ref?: string };
}

/** Undefined when there is no address that is short enough. */
export function buildStatusMessage(
  status: CheckedBuildStatus,
  { richBuildStatus, cancelledStatus }: StatusCapabilities,
): BuildStatusMessage | undefined {
  const url = fitUrl(mostStatusUrl, status.url, status.shortUrl);
  if (url === undefined) return undefined;
  const isKnown = status.state !== 'CANCELLED' || (richBuildStatus && cancelledStatus);
  const { key, commit, name, description, buildNumber, parent, durationMs, testResults } = status;
  const common = { key, state: isKnown ? status.state : 'FAILED', url, ...present({ name, description }) };
  if (!richBuildStatus)
    return { path: `/rest/build-status/1.0/commits/${commit}`, isRich: false, body: common };
  const ref = status.ref?.startsWith('refs/') ? status.ref : undefined;
  const more = present({ buildNumber, parent, ref, duration: durationMs, testResults });
  return {
    path: repositoryPath(status, `commits/${commit}/builds`),
    isRich: true,
    body: { ...common, ...more },
  };
}

/** Without the fields that are undefined. */
export function present<T extends object>(fields: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: Exclude<T[K], undefined>;
  };
}
