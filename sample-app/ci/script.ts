/**
 * The commands of a build: the job's own, or `ci.json` at the top of the repository. That file is of somebody else's
 * making: a link to `/etc/shadow`, a device that never ends, a gigabyte, or anything but the shape below.
 */
import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { BuildFailure } from './build-failure.js';
import type { Job } from './jobs.js';

const largest = 65_536;

const schema = z.object({ script: z.array(z.string().max(8192)).min(1).max(1000) });

/** @returns text for `/bin/sh`. @throws BuildFailure */
export async function readScript({ script }: Pick<Job, 'script'>, source: string): Promise<string> {
  if (script !== null) return script;
  const text = await readSmallFile(join(source, 'ci.json'));
  const result = schema.safeParse(parseJson(text));
  if (!result.success) {
    throw new BuildFailure('ci.json must look like { "script": ["first command", "second command"] }.');
  }
  return result.data.script.join('\n');
}

async function readSmallFile(path: string): Promise<string> {
  const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
  const file = await open(path, flags).catch((error: unknown) => {
    const isMissing = (error as NodeJS.ErrnoException).code === 'ENOENT';
    throw new BuildFailure(
      isMissing
        ? 'The repository has no ci.json: add one, or give the job a script.'
        : 'ci.json is not a plain file.',
    );
  });
  try {
    const { size } = await file.stat().then((stats) => {
      if (!stats.isFile()) throw new BuildFailure('ci.json is not a plain file.');
      return stats;
    });
    if (size > largest) throw new BuildFailure(`ci.json is larger than ${largest} bytes.`);
    return await file.readFile('utf8');
  } finally {
    await file.close();
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new BuildFailure('ci.json is not valid JSON.');
  }
}
