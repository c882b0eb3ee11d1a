/**
 * What the stand-in knows of the other side of a link: version and capabilities (applinks-oauth1.md 3.5, 7.4). Asked
 * of built-in types only, never of a generic application; the list is fetched again only when the version has
 * changed or the last attempt failed, which is what catches an application that forgets to raise its version.
 */
import type { StandInContext } from '../context.js';
import { parseJson } from '../json-body.js';
import type { Link } from '../state.js';
import { isAtlassianType } from './link-types.js';
import { below, downloadManifest } from './manifest-download.js';
import { networkError, StatusError, unexpectedStatus } from './status-error.js';
import { isAtLeast } from './version.js';

export interface RemoteCapabilities {
  applicationVersion: string | undefined;
  applinksVersion: string | undefined;
  capabilities: ReadonlySet<string>;
  error: StatusError | undefined;
  fetchedAtMs: number;
}

export interface CapabilityCache {
  /** From the cache unless older than an hour. */
  of(link: Link): Promise<RemoteCapabilities>;
  /** What is in the cache now, whatever its age. */
  known(linkId: string): RemoteCapabilities | undefined;
  forget(linkId: string): void;
}

const maxAgeMs = 60 * 60 * 1000;
const maxEntries = 100;
const known = new Set(['STATUS_API', 'MIGRATION_API']);
const productVersion = /^\d+(?:\.\d+(?:\.\d+)?)?/;

async function fetchList(context: StandInContext, rpcUrl: string): Promise<ReadonlySet<string>> {
  const url = below(rpcUrl, 'rest/applinks/latest/capabilities');
  const answer = await context.send({ method: 'GET', url, headers: { Accept: 'application/json' } });
  if (answer.status === 404) return new Set();
  if (answer.status !== 200) throw unexpectedStatus(answer.status);
  const list = parseJson(answer.body);
  if (!Array.isArray(list)) throw new StatusError('UNEXPECTED_RESPONSE', 'The capabilities are no array.');
  return new Set(list.map(String).filter((name) => known.has(name)));
}

async function ask(
  context: StandInContext,
  link: Link,
  before: RemoteCapabilities | undefined,
): Promise<Omit<RemoteCapabilities, 'fetchedAtMs' | 'error'>> {
  const download = await downloadManifest(context, link.rpcUrl);
  if (download.kind === 'unreachable') throw download.error;
  if (download.kind !== 'manifest') throw new StatusError('UNEXPECTED_RESPONSE', 'There is no manifest.');
  const { version = '', applinksVersion } = download.manifest;
  if (!productVersion.test(version) || applinksVersion === undefined) {
    throw new StatusError('UNEXPECTED_RESPONSE', 'The manifest lacks a version.');
  }
  const versions = { applicationVersion: version, applinksVersion };
  if (!isAtLeast(applinksVersion, '5.0.5')) return { ...versions, capabilities: new Set() };
  const isSame = before?.error === undefined && before?.applinksVersion === applinksVersion;
  return { ...versions, capabilities: isSame ? before.capabilities : await fetchList(context, link.rpcUrl) };
}

export function createCapabilityCache(context: StandInContext): CapabilityCache {
  const entries = new Map<string, RemoteCapabilities>();
  const nothing = {
    applicationVersion: undefined,
    applinksVersion: undefined,
    capabilities: new Set<string>(),
  };
  return {
    of: async (link) => {
      const before = entries.get(link.id);
      if (!isAtlassianType(link.typeId)) return { ...nothing, error: undefined, fetchedAtMs: context.now() };
      if (before && before.error === undefined && context.now() - before.fetchedAtMs < maxAgeMs)
        return before;
      const found = await ask(context, link, before).then(
        (answer) => ({ ...answer, error: undefined }),
        (error: unknown) => ({ ...nothing, error: networkError(error) }),
      );
      const entry = { ...found, fetchedAtMs: context.now() };
      entries.delete(link.id);
      entries.set(link.id, entry);
      const [oldest] = entries.keys();
      if (entries.size > maxEntries && oldest !== undefined) entries.delete(oldest);
      return entry;
    },
    known: (linkId) => entries.get(linkId),
    forget: (linkId) => void entries.delete(linkId),
  };
}
