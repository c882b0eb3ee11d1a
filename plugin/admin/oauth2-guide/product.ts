/**
 * Which of Atlassian's products is at an address, and what its version lets an administrator choose there (oauth2.md, head:
 * decided by version, never by guess). Its manifest is a claim: what follows is shown and confirmed before it counts.
 */
import { z } from 'zod';
import { InvalidInput } from '../../errors.js';
import { oauth2PresetNames } from '../oauth2-outgoing-input.js';

export type PresetName = (typeof oauth2PresetNames)[number];

/** `both`: "Atlassian product via OAuth 2.0", too · `external`: "External application" only · `none`: no OAuth 2.0. */
export type Generation = 'both' | 'external' | 'none' | 'unknown';

const since: Readonly<Record<string, { external: string; both: string }>> = {
  stash: { external: '7.21', both: '10.1' },
  confluence: { external: '7.17', both: '10.1' },
  jira: { external: '8.22', both: '11.2' },
  bamboo: { external: '12.0', both: '12.0' },
  crowd: { external: '7.1', both: '7.1' },
};

export function generationOf(type: string, version: string | null): Generation {
  const known = Object.hasOwn(since, type) ? since[type] : undefined;
  if (!known || version === null || !/^\d{1,9}\.\d{1,9}/.test(version)) return 'unknown';
  if (isAtLeast(version, known.both)) return 'both';
  return isAtLeast(version, known.external) ? 'external' : 'none';
}

function isAtLeast(version: string, wanted: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map((part) => Number.parseInt(part, 10));
  const [wantedMajor = 0, wantedMinor = 0] = wanted.split('.').map(Number);
  return major > wantedMajor || (major === wantedMajor && minor >= wantedMinor);
}

const byType: Readonly<Record<string, PresetName>> = {
  stash: 'bitbucket',
  jira: 'jira',
  confluence: 'confluence',
};

export function presetOfType(type: string): PresetName {
  return (Object.hasOwn(byType, type) ? byType[type] : undefined) ?? 'custom';
}

/** Sites of Atlassian's cloud have one host each, and no manifest that would be worth a question. */
export const isCloudSite = (entered: string): boolean =>
  /^(?:https?:\/\/)?[a-z0-9-]+\.(?:atlassian\.net|jira\.com)(?:[/:]|$)/i.test(entered.trim());

const preset = z.enum(oauth2PresetNames);

/** @throws InvalidInput */
export function readPreset(chosen: string | null): PresetName {
  const read = preset.safeParse(chosen);
  if (read.success) return read.data;
  throw new InvalidInput({ preset: ['Choose what the other application is.'] });
}
