/** The state of a deployment as Bitbucket shows it at a commit (jenkins-integration.md C8). Absent values are left out. */
import { z } from 'zod';
import { commitId, present, webUrl } from './build-status.js';
import { fitKey, fitText, fitUrl, mostDeploymentUrl } from './limits.js';
import { repositoryPath } from './rest.js';

export const deploymentStates = [
  'PENDING',
  'IN_PROGRESS',
  'CANCELLED',
  'FAILED',
  'ROLLED_BACK',
  'SUCCESSFUL',
  'UNKNOWN',
] as const;
export const environmentTypes = ['PRODUCTION', 'STAGING', 'TESTING', 'DEVELOPMENT'] as const;

const place = z.string().min(1).max(255);

export const deploymentSchema = z.strictObject({
  linkId: z.string().min(1),
  projectKey: place,
  repositorySlug: place,
  commit: commitId.toLowerCase(),
  key: z.string().trim().min(1).transform(fitKey),
  /** The number of the build; of the deployments to one environment the highest is the present one. */
  sequenceNumber: z.int().min(0),
  state: z.enum(deploymentStates),
  url: webUrl,
  /** In its place when it is longer than Bitbucket takes (1024). */
  shortUrl: webUrl.optional(),
  displayName: z.string().trim().min(1).transform(fitText),
  description: z.string().trim().min(1).transform(fitText),
  environment: z.strictObject({
    key: z.string().trim().min(1).transform(fitKey),
    displayName: z.string().trim().min(1).transform(fitText),
    /** In any case of letters; left out when Bitbucket does not know it. */
    type: z.string().optional(),
    /** Left out when it is no absolute URL, or longer than Bitbucket takes. */
    url: z.string().optional(),
  }),
});

export type Deployment = z.input<typeof deploymentSchema>;
export type CheckedDeployment = z.output<typeof deploymentSchema>;

/** Undefined when there is no address that is short enough. */
export function deploymentMessage(deployment: CheckedDeployment): { path: string; body: object } | undefined {
  const { commit, sequenceNumber, key, state, displayName, description, environment } = deployment;
  const url = fitUrl(mostDeploymentUrl, deployment.url, deployment.shortUrl);
  if (url === undefined) return undefined;
  const type = environmentTypes.find((known) => known === environment.type?.toUpperCase());
  const environmentUrl = webUrl.max(mostDeploymentUrl).safeParse(environment.url).data;
  return {
    path: repositoryPath(deployment, `commits/${commit}/deployments`),
    body: {
      deploymentSequenceNumber: sequenceNumber,
      ...{ key, state, url, displayName, description },
      environment: {
        ...{ key: environment.key, displayName: environment.displayName },
        ...present({ type, url: environmentUrl }),
      },
    },
  };
}
