/** What one side calls outgoing is what the other calls incoming; do they agree (applinks-oauth1.md 3.3, 3.4 row 6)? */
import { z } from 'zod';
import type { Link, OutgoingLevels } from '../store/store.js';
import type { StatusType } from './status-types.js';

const level = z
  .object({ enabled: z.boolean(), twoLoEnabled: z.boolean(), twoLoImpersonationEnabled: z.boolean() })
  .transform(({ enabled, twoLoEnabled, twoLoImpersonationEnabled }) => ({
    threeLegged: enabled,
    twoLegged: enabled && twoLoEnabled,
    impersonation: enabled && twoLoImpersonationEnabled,
  }));

/** The peer's answer. */
export const levelsDocument = z.object({ incoming: level, outgoing: level });

const none: OutgoingLevels = { threeLegged: false, twoLegged: false, impersonation: false };

export function compareLevels(
  link: Link,
  theirs: z.output<typeof levelsDocument>,
): { type: StatusType; answer: string } | undefined {
  const { threeLegged, twoLegged, impersonation } = link.levels;
  const incoming = link.incoming.length > 0 ? { threeLegged, twoLegged, impersonation } : none;
  const outgoing = link.outgoing.find(({ kind }) => kind === 'oauth1-atlassian')?.levels ?? none;
  const differences = [
    ...difference('It calls us', incoming, theirs.outgoing),
    ...difference('We call it', outgoing, theirs.incoming),
  ];
  if (differences.length > 0) return { type: 'AUTH_LEVEL_MISMATCH', answer: differences.join(' ') };
  const isOff = !incoming.threeLegged && !outgoing.threeLegged;
  return isOff ? { type: 'DISABLED', answer: 'Neither side may call the other.' } : undefined;
}

function difference(who: string, here: OutgoingLevels, there: OutgoingLevels): string[] {
  const [ours, its] = [nameOf(here), nameOf(there)];
  return ours === its ? [] : [`${who}: ${ours} here, ${its} there.`];
}

function nameOf({ threeLegged, twoLegged, impersonation }: OutgoingLevels): string {
  if (!threeLegged) return 'disabled';
  if (impersonation) return 'OAuth with impersonation';
  return twoLegged ? 'OAuth' : 'OAuth for users only';
}
