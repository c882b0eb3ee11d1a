/** Watches a build of the CI server by signed calls, as Bitbucket's user, until it has ended. */
import type { BitbucketStandIn } from 'express-applinks/testing';
import { poll } from './poll.js';

export interface FinishedBuild {
  result: string;
  /** Name of the user who started it, as the CI server says. */
  startedBy: string;
  /** As shown to people. */
  cause: string;
  log: string;
}

const deadlineMs = 90_000;

/** The part that we read of a build in Jenkins's JSON form. */
interface BuildJson {
  result: string | null;
  actions: { causes?: { userName: string; shortDescription: string }[] }[];
}

/** `buildUrl` ends with a slash. @throws Error with a sentence when the build does not end in time. */
export async function finishedBuild(
  standIn: BitbucketStandIn,
  linkId: string,
  user: string,
  buildUrl: string,
): Promise<FinishedBuild> {
  const get = async (path: string): Promise<string> => {
    const url = buildUrl + path;
    const answer = await standIn.call(linkId, user, 'GET', url, { headers: { Accept: 'application/json' } });
    if (answer.outcome === 'ok') return answer.body;
    throw new Error(`GET ${url} was answered ${answer.status ?? 'not at all'}: ${answer.body.slice(0, 300)}`);
  };
  const whenEnded = async (): Promise<BuildJson | undefined> => {
    const build = JSON.parse(await get('api/json')) as BuildJson;
    return build.result === null ? undefined : build;
  };
  const late = (): string => `The build did not end within ${deadlineMs / 1000} seconds.`;
  const { result, actions } = await poll(deadlineMs, whenEnded, late);
  const [cause] = actions.flatMap(({ causes = [] }) => causes);
  return {
    result: result ?? '',
    startedBy: cause?.userName ?? 'nobody',
    cause: cause?.shortDescription ?? '',
    log: await get('consoleText'),
  };
}
