/** A stand-in linked to a scripted provider that has told of a build: how the specs of this folder begin. */
import { linkedPair, type LinkedPair } from '../linked-pair.js';
import { ask } from '../provider/calling-app.js';
import { basic } from '../hosted-repository.js';

export interface HostedPair extends LinkedPair {
  repository: string;
  commit: string;
  /** Of the build's status, below the provider's address. */
  tell(state: string, number?: number): Promise<void>;
  commitUrl: string;
  /** Of the operations on this commit's builds (C7). */
  operationsUrl: string;
}

export const buildPath = '/job/shop/job/feature%2Fa';

export async function hostedPair(): Promise<HostedPair> {
  const pair = await linkedPair();
  const { standIn, provider } = pair;
  const repository = await standIn.repositories.createRepository({
    ...{ project: 'SHOP', name: 'widget', permissions: { ana: 'REPO_WRITE' } },
  });
  const push = (branch: string, files: Record<string, string>) =>
    standIn.repositories.push({ repository, branch, user: 'ana', files, message: 'Add <b>\n\nMore' });
  await push('main', { 'README.md': 'hello' });
  const commit = await push('feature/a', { 'a.txt': 'a' });
  provider.replies[`${buildPath}/build`] = { status: 201, body: 'queued' };
  provider.replies[`${buildPath}/15/stop`] = { status: 200, body: 'stopping' };
  const inRepository = '/projects/SHOP/repos/widget';
  return {
    ...pair,
    repository,
    commit,
    commitUrl: `${standIn.url}${inRepository}/commits/${commit}`,
    operationsUrl: `${standIn.url}/rest/ui/latest${inRepository}/commits/${commit}/build-operations`,
    tell: async (state, number = 15) => {
      const status = {
        ...{ key: 'shop/feature%2Fa', state, url: `${provider.url}${buildPath}/${number}/` },
        ...{ name: 'shop » feature/a', testResults: { successful: 40, failed: 1, skipped: 2 } },
      };
      const url = `${standIn.url}/rest/api/1.0${inRepository}/commits/${commit}/builds`;
      const headers = { Authorization: basic('ben', 'ben'), 'Content-Type': 'application/json' };
      const answer = await ask('POST', url, headers, JSON.stringify(status));
      if (answer.status !== 204) throw new Error(answer.body);
    },
  };
}
