/**
 * Clone, fetch and push over http (jenkins-integration.md C1 rows 9 and 10; oauth2.md 2.7): who may, by a password, an HTTP
 * access token or an OAuth 2.0 access token as the password of Basic, and a challenge for whoever has not said who.
 */
import type { IncomingHttpHeaders } from 'node:http';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import type { Answer, Incoming } from '../answer.js';
import type { StandInContext } from '../context.js';
import { changeRefs } from '../repositories/change-refs.js';
import { findRepository } from '../repositories/memory.js';
import { callerOf, mayUse } from '../repositories/permission.js';
import { restRoutes } from '../rest/rest-route.js';
import type { Route } from '../route.js';
import { runBackend, type GitRequest } from './backend.js';

const receivePack = 'git-receive-pack';

const refusal = (status: number, body: string, headers: Record<string, string> = {}): Answer => ({
  status,
  headers: { 'Content-Type': 'text/plain;charset=UTF-8', ...headers },
  body,
});

const unauthorized = (): Answer =>
  refusal(401, 'Authentication is required.', { 'WWW-Authenticate': 'Basic realm="Atlassian Bitbucket"' });

/** Its report is short: whoever pushed hears of it when hooks and pull requests have. */
function receive(context: StandInContext, request: GitRequest, user: string): Promise<Answer> {
  return changeRefs(context, request.repository, user, async () => {
    const answer = await runBackend(request);
    const report = answer.stream ? await buffer(answer.stream) : Buffer.alloc(0);
    return { ...answer, stream: Readable.from([report]) };
  });
}

export async function serveGit(
  context: StandInContext,
  incoming: Incoming,
  headers: IncomingHttpHeaders,
): Promise<Answer> {
  const [projectKey = '', slug = '', service = ''] = incoming.captures;
  const user = callerOf(incoming)?.name;
  // A credential that is wrong is refused, even where none is needed.
  if (user === undefined && headers.authorization !== undefined) return unauthorized();
  const isPush = service === receivePack || incoming.query.get('service') === receivePack;
  const repository = findRepository(context.repositories, projectKey, slug);
  if (!repository || !mayUse(context, repository, incoming, isPush ? 'REPO_WRITE' : 'REPO_READ')) {
    if (user === undefined) return unauthorized();
    return repository
      ? refusal(403, 'You are not permitted to access this repository.')
      : refusal(404, 'Repository not found.');
  }
  const request = { repository, service, incoming, headers, user };
  if (service !== receivePack) return runBackend(request);
  return user === undefined ? unauthorized() : receive(context, request, user);
}

const repository = '/scm/([^/]+)/([^/]+?)(?:\\.git)?';

/** Whether the body of a request is for git, which reads it as it comes. */
export const isGitUpload = (path: string): boolean =>
  /\/scm\/[^/]+\/[^/]+\/git-(?:upload|receive)-pack$/.test(path);

/** The addresses of a mirror serve the same repositories, and take no pushes. */
export function gitRoutes(context: StandInContext): readonly Route[] {
  const rest = restRoutes(context);
  return [
    rest('GET', `${repository}/(info/refs)`, serveGit),
    rest('POST', `${repository}/(git-upload-pack|git-receive-pack)`, serveGit),
    rest('GET', `/mirrors/[^/]+${repository}/(info/refs)`, serveGit),
    rest('POST', `/mirrors/[^/]+${repository}/(git-upload-pack)`, serveGit),
  ];
}
