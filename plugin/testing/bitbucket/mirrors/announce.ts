/** The event of a mirror that has caught up with a push, which stand-in's mirrors do at once (jenkins-integration.md C3). */
import type { StandInContext } from '../context.js';
import type { Repository } from '../repositories/repository.js';
import { publish } from '../webhooks/publish.js';

export function announceSynchronisation(
  context: StandInContext,
  repository: Repository,
  told: Readonly<Record<string, unknown>>,
): void {
  for (const { id, name, isAvailable } of context.mirrors) {
    if (!isAvailable) continue;
    const mirrorServer = { id, name };
    const facts = { mirrorServer, syncType: 'INCREMENTAL', refLimitExceeded: false };
    publish(context, repository, 'mirror:repo_synchronized', { ...facts, ...told });
  }
}
