/**
 * Which build server a build belongs to, and what to call there (jenkins-integration.md C7): told by a test, or read off the build
 * status, whose address lies below that of an application link and ends in the number of the build.
 */
import type { BuildStatus } from './build-status/build-status.js';
import { findStatus } from './build-status/memory.js';
import type { StandInContext } from './context.js';
import type { Link } from './state.js';

export interface LinkedBuild {
  key: string;
  link: Link;
  jobUrl: string;
  /** Of this very build, while it is under way. */
  runningUrl: string | undefined;
}

const isBelow = (url: string, base: string): boolean => url.startsWith(`${base.replace(/\/+$/, '')}/`);

function linkOf({ state }: StandInContext, url: string): Link | undefined {
  const links = [...state.links.values()];
  // One server may lie below the path of another.
  return links
    .filter(({ displayUrl, rpcUrl }) => isBelow(url, displayUrl) || isBelow(url, rpcUrl))
    .sort((one, other) => other.displayUrl.length - one.displayUrl.length)[0];
}

/** People see the display address; calls go to the other one. */
const callable = ({ displayUrl, rpcUrl }: Link, url: string): string =>
  isBelow(url, rpcUrl) ? url : rpcUrl + url.slice(displayUrl.length);

export function buildOfStatus(
  context: StandInContext,
  { key, url, state }: BuildStatus,
): LinkedBuild | undefined {
  const link = linkOf(context, url);
  const job = /^(.*\/)\d+\/?$/.exec(url)?.[1];
  if (!link || job === undefined) return undefined;
  const runningUrl = state === 'INPROGRESS' ? callable(link, url) : undefined;
  return { key, link, jobUrl: callable(link, job), runningUrl };
}

export function findBuild(
  context: StandInContext,
  id: { commit: string; key: string },
): LinkedBuild | undefined {
  const told = context.state.builds.get(id.key);
  const link = told && context.state.links.get(told.linkId);
  if (link) return { key: told.key, link, jobUrl: told.jobUrl, runningUrl: undefined };
  const status = findStatus(context.buildStatuses, id);
  return status && buildOfStatus(context, status);
}
