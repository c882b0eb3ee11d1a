/** What the pages tell about a link: its state in a word, what to do next, and its consumers without their secrets. */
import type { Mount } from '../http/public-url.js';
import type { Credential, Link, OutgoingLevels } from '../store/store.js';
import type { SeenStatus } from './link-status.js';
import { describeLifetime } from './lifetime-field.js';
import { pasteValues, type PasteValues } from './paste-values.js';
import { publicKeyFingerprint } from './public-key-fingerprint.js';

const typeNames: Readonly<Record<string, string>> = {
  stash: 'Bitbucket',
  jira: 'Jira',
  confluence: 'Confluence',
  bamboo: 'Bamboo',
  fecru: 'Fisheye and Crucible',
  crowd: 'Crowd',
  refapp: 'Reference application',
};

/** What kind of application it is, as Atlassian's own list says it. */
export const typeName = (type: string): string => typeNames[type] ?? 'Generic application';

export type Direction = 'none' | 'incoming' | 'outgoing' | 'two-way';

export function directionOf({ incoming, outgoing, levels }: Link): Direction {
  const isIncoming = incoming.length > 0 && (levels.threeLegged || levels.twoLegged);
  if (outgoing.length > 0) return isIncoming ? 'two-way' : 'outgoing';
  return isIncoming ? 'incoming' : 'none';
}

/** OAuth, or more, or nothing: the words of Atlassian's pages (3.3). */
export function levelName(levels: OutgoingLevels | undefined): string {
  if (!levels?.threeLegged) return 'Disabled';
  if (levels.impersonation) return 'OAuth with impersonation';
  return levels.twoLegged ? 'OAuth' : 'OAuth for users only (3LO)';
}

export interface LinkStatus {
  status: string;
  /** A sentence on what to do, or why there is nothing to do. */
  advice: string;
}

export function describeStatus(link: Link, isUsed: boolean, tested?: SeenStatus): LinkStatus {
  if (tested?.category === 'WORKING') return { status: 'Working', advice: tested.hints.join(' ') };
  if (tested && !tested.working) return { status: tested.type, advice: `${tested.cause} ${tested.cure}` };
  if (tested?.category === 'NON_ATLASSIAN') {
    const use = isUsed ? 'Users have allowed it.' : 'No user has allowed it yet.';
    return {
      status: 'Non-Atlassian',
      advice: link.incoming.length > 0 ? `${tested.cause} ${use}` : tested.cause,
    };
  }
  if (link.applicationId !== null)
    return { status: 'Not tested', advice: 'Test it to know whether both halves are there.' };
  if (link.incoming.length === 0) {
    if (link.outgoing.length > 0)
      return { status: 'Ready', advice: 'Users can connect their accounts there.' };
    return { status: 'Incomplete', advice: 'It has no consumer yet, so nobody can use it.' };
  }
  if (!isUsed) {
    return {
      status: 'Waiting',
      advice: 'No user has allowed it yet. Has it been entered on the other side?',
    };
  }
  return { status: 'In use', advice: 'Users have allowed it.' };
}

export interface CredentialSummary {
  id: string;
  key: string;
  signatureMethod: string;
  source: Credential['source'];
  fingerprint: string | null;
  callbackUrl: string | null;
  allowInsecureMissingCallback: boolean;
  scopes: string;
  requestTokenLifetime: string;
  accessTokenLifetime: string;
  idleTimeout: string;
  createdAtMs: number;
  paste: PasteValues;
}

export function describeCredential(
  credential: Credential,
  mount: Mount,
  application: { name: string },
  scopes: Readonly<Record<string, string>>,
): CredentialSummary {
  const { id, key, signatureMethod, callbackUrl, allowInsecureMissingCallback, createdAtMs } = credential;
  return {
    id,
    key,
    signatureMethod,
    source: credential.source,
    callbackUrl,
    allowInsecureMissingCallback,
    createdAtMs,
    fingerprint: credential.kind === 'oauth1-rsa' ? publicKeyFingerprint(credential.publicKey) : null,
    scopes: describeScopes(credential.scopes, scopes),
    requestTokenLifetime: describeLifetime(credential.requestTokenLifetimeMs),
    accessTokenLifetime: describeLifetime(credential.accessTokenLifetimeMs),
    idleTimeout: credential.idleTimeoutMs === null ? 'never' : describeLifetime(credential.idleTimeoutMs),
    paste: pasteValues(mount, application.name, credential),
  };
}

function describeScopes(names: readonly string[] | null, known: Readonly<Record<string, string>>): string {
  if (names === null) return 'all';
  return names.length === 0 ? 'none' : names.map((name) => known[name] ?? name).join(', ');
}
