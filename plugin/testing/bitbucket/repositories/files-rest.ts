/** Files of a commit: line by line (`browse`) and as they are (`raw`), jenkins-integration.md C1 row 12. */
import { Readable } from 'node:stream';
import { json, type Answer, type Incoming } from '../answer.js';
import type { StandInContext } from '../context.js';
import { pageOf, pageRequest } from '../rest/paged.js';
import { restError, RestRefusal } from '../rest/rest-error.js';
import { git, gitBytes, gitIfAny } from './git.js';
import { requireRepository } from './permission.js';
import { requireCommit } from './refs-rest.js';
import type { Repository } from './repository.js';

interface Found {
  repository: Repository;
  path: string;
  /** `<commit>:<path>`. */
  object: string;
  type: 'blob' | 'tree';
}

async function requireFile(context: StandInContext, incoming: Incoming): Promise<Found> {
  const repository = requireRepository(context, incoming, incoming.captures, 'REPO_READ');
  const path = (incoming.captures[2] ?? '').replace(/^\/+|\/+$/g, '');
  const at = incoming.query.get('at') ?? `refs/heads/${repository.defaultBranch}`;
  const object = `${await requireCommit(repository, at)}:${path}`;
  const type = await gitIfAny(repository.folder, ['cat-file', '-t', object]);
  if (type === 'blob' || type === 'tree') return { repository, path, object, type };
  const exceptionName = 'com.atlassian.bitbucket.content.NoSuchPathException';
  throw new RestRefusal(
    restError(404, `The path '${path}' does not exist at revision '${at}'.`, exceptionName),
  );
}

async function listFolder({ repository, path, object }: Found, incoming: Incoming): Promise<Answer> {
  const lines = (await git(repository.folder, ['ls-tree', '-z', '-l', object])).split('\0').filter(Boolean);
  const children = lines.map((line) => {
    const [facts = '', name = ''] = line.split('\t');
    const [, kind, id, size] = facts.split(/ +/);
    const isFile = kind === 'blob';
    return {
      path: { components: [name], name, toString: name },
      ...(isFile ? { contentId: id, type: 'FILE', size: Number(size) } : { node: id, type: 'DIRECTORY' }),
    };
  });
  const page = pageRequest(incoming);
  return json(200, { path: { toString: path }, children: pageOf(page, children.slice(page.start)) });
}

export async function browse(context: StandInContext, incoming: Incoming): Promise<Answer> {
  const found = await requireFile(context, incoming);
  if (incoming.query.get('type') === 'true') {
    return json(200, { type: found.type === 'blob' ? 'FILE' : 'DIRECTORY' });
  }
  if (found.type === 'tree') return listFolder(found, incoming);
  const content = (await gitBytes(found.repository.folder, ['cat-file', 'blob', found.object])).toString(
    'utf8',
  );
  const all = content.replace(/\n$/, '').split('\n');
  const asked = pageRequest(incoming);
  const page = incoming.query.has('limit') ? asked : { ...asked, limit: 5000 };
  const { values, ...facts } = pageOf(page, all.slice(page.start));
  return json(200, { lines: values.map((text) => ({ text })), ...facts });
}

/** Never as a page of our own origin. */
export async function raw(context: StandInContext, incoming: Incoming): Promise<Answer> {
  const { repository, object, type } = await requireFile(context, incoming);
  if (type === 'tree') return restError(404, 'A folder has no content of its own.');
  const bytes = await gitBytes(repository.folder, ['cat-file', 'blob', object]);
  return {
    status: 200,
    headers: {
      'Content-Type': bytes.includes(0) ? 'application/octet-stream' : 'text/plain;charset=UTF-8',
      'Content-Length': String(bytes.length),
      'X-Content-Type-Options': 'nosniff',
    },
    body: '',
    stream: Readable.from([bytes]),
  };
}
