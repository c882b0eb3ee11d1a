/** Jobs and builds in the JSON form of Jenkins's `api/json`, for clients that know Jenkins. */
import { isOver, type Build } from '../ci/build.js';
import type { Job } from '../ci/jobs.js';
import type { BuildStatus } from '../tables.js';
import type { Addresses } from './addresses.js';

const results: Readonly<Record<BuildStatus, string | null>> = {
  queued: null,
  running: null,
  succeeded: 'SUCCESS',
  failed: 'FAILURE',
  stopped: 'ABORTED',
  interrupted: 'ABORTED',
};

export function jobJson(job: Job, builds: readonly Build[], addresses: Addresses): object {
  const [last] = builds;
  const definitions = Object.entries(job.parameters).map(([name, value]) => ({
    name,
    type: 'StringParameterDefinition',
    defaultParameterValue: { name, value },
  }));
  const short = (build: Build | undefined): object | null =>
    build === undefined ? null : { number: build.number, url: addresses.build(job, build) };
  return {
    name: job.name,
    displayName: job.name,
    description: job.description,
    url: addresses.job(job),
    buildable: job.enabled,
    inQueue: builds.some(({ status }) => status === 'queued'),
    builds: builds.map(short),
    lastBuild: short(last),
    lastCompletedBuild: short(builds.find(isOver)),
    lastSuccessfulBuild: short(builds.find(({ status }) => status === 'succeeded')),
    nextBuildNumber: (last?.number ?? 0) + 1,
    property: definitions.length === 0 ? [] : [{ parameterDefinitions: definitions }],
  };
}

/** Times in milliseconds, as Jenkins has them. */
export function buildJson(job: Job, build: Build, addresses: Addresses): object {
  const { number, status, startedBy, parameters, queuedAtMs, startedAtMs, finishedAtMs } = build;
  return {
    id: String(number),
    number,
    displayName: `#${number}`,
    fullDisplayName: `${job.name} #${number}`,
    url: addresses.build(job, build),
    permanentUrl: addresses.permanent(build),
    building: status === 'running',
    inProgress: status === 'running',
    result: results[status],
    status,
    reason: build.reason,
    timestamp: startedAtMs ?? queuedAtMs,
    duration: startedAtMs !== null && finishedAtMs !== null ? finishedAtMs - startedAtMs : 0,
    commit: build.commit,
    actions: [
      {
        causes: [
          { shortDescription: startedByText(build), userId: startedBy.userId, userName: startedBy.userName },
        ],
      },
      { parameters: Object.entries(parameters).map(([name, value]) => ({ name, value })) },
    ],
  };
}

export function startedByText({ startedBy: { userName, via } }: Build): string {
  return via === null ? `Started by ${userName}` : `Started by ${userName} from ${via}`;
}
