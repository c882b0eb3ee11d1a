/**
 * Parameters of `buildWithParameters`, from query and form as Jenkins takes them. Only what the job declares gets
 * into the build's environment.
 */
import { z } from 'zod';
import { variableValue } from '../ci/names.js';
import type { Job } from '../ci/jobs.js';
import { HttpError } from './http-error.js';

const notParameters = new Set(['csrf_token', 'delay', 'token']);

/** @throws HttpError 400 for a name that the job doesn't declare, or a value that can't be one. */
export function readBuildParameters(
  { parameters }: Pick<Job, 'parameters'>,
  ...sources: readonly unknown[]
): Record<string, string> {
  const entries = sources
    .flatMap((source) => Object.entries((source ?? {}) as Record<string, unknown>))
    .filter(([name]) => !notParameters.has(name));
  for (const [name, value] of entries) {
    if (!Object.hasOwn(parameters, name)) {
      const known = Object.keys(parameters).join(', ') || 'none';
      throw new HttpError(
        400,
        `This job has no parameter ${JSON.stringify(name.slice(0, 64))}; it has: ${known}.`,
      );
    }
    if (!variableValue.safeParse(value).success) {
      throw new HttpError(400, `The value of ${name} must be one text of at most 8192 characters.`);
    }
  }
  return { ...parameters, ...z.record(z.string(), z.string()).parse(Object.fromEntries(entries)) };
}
