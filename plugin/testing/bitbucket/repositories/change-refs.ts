/**
 * Everything that moves branches or tags goes through here, one after the other per repository: what has changed
 * afterwards is told to webhooks first, and then to the pull requests, as Bitbucket does.
 */
import type { StandInContext } from '../context.js';
import { refreshPullRequests } from '../pull-requests/refresh.js';
import { publish } from '../webhooks/publish.js';
import { announceSynchronisation } from '../mirrors/announce.js';
import { repositoryEntity, userEntity } from './entities.js';
import { readRefs, refChanges } from './refs.js';
import type { Repository } from './repository.js';

export function changeRefs<Result>(
  context: StandInContext,
  repository: Repository,
  user: string,
  change: () => Promise<Result>,
): Promise<Result> {
  return context.repositories.locks.run(repository.folder, async () => {
    const before = await readRefs(repository);
    try {
      return await change();
    } finally {
      const changes = refChanges(before, await readRefs(repository));
      if (changes.length > 0) {
        const told = { repository: repositoryEntity(context, repository), changes };
        publish(context, repository, 'repo:refs_changed', { actor: userEntity(context, user), ...told });
        announceSynchronisation(context, repository, told);
        await refreshPullRequests(context, repository, changes, user);
      }
    }
  });
}
