/** Whether a caller is an administrator here, and whether we can reach them (applinks-oauth1.md 2.3 rows 1 and 2). */
import { statusEntity, type Answer, type Incoming } from '../answer.js';
import type { LinkingContext } from './context.js';
import { downloadManifest } from './manifest-download.js';

export const amAdministrator = (): Answer => statusEntity(200, 'You are an administrator.');

/** 200 when the manifest at the URL says this id; the query's URL wins over the path's. */
export async function canReach(context: LinkingContext, incoming: Incoming): Promise<Answer> {
  const [id = '', inPath = ''] = incoming.captures;
  const url = incoming.query.get('url') ?? decodeURIComponent(inPath);
  if (!/^https?:\/\//i.test(url) || !URL.canParse(url)) return statusEntity(404, 'This is no URL.');
  const download = await downloadManifest(context, url);
  const isFound = download.kind === 'manifest' && download.manifest.id === id.toLowerCase();
  return isFound ? statusEntity(200, 'It is reachable.') : statusEntity(404, `There is no ${id} at ${url}.`);
}
