/** Says what is wrong with options, all at once; a misspelt one is answered with its path and the nearest known name (rule 9). */
import { z } from 'zod';
import { ApplinksError } from './errors.js';
import { nearestName } from './nearest-name.js';

/** @throws ApplinksError `invalid_options`, one line per problem. */
export function readOptions<S extends z.ZodType>(taker: string, schema: S, options: unknown): z.output<S> {
  const result = schema.safeParse(options);
  if (result.success) return result.data;
  const lines = result.error.issues.flatMap((issue) => describeIssue(schema, issue));
  throw new ApplinksError('invalid_options', 500, `${taker} was given bad options:\n${lines.join('\n')}`);
}

function describeIssue(schema: z.ZodType, issue: z.core.$ZodIssue): string[] {
  if (issue.code !== 'unrecognized_keys') return [`- ${pathOf(issue.path)}: ${issue.message}`];
  const known = knownKeys(schema, issue.path);
  return issue.keys.map((key) => {
    const near = nearestName(key, known);
    return `- ${pathOf([...issue.path, key])}: unknown option${near ? `; did you mean ${near}?` : ''}`;
  });
}

function knownKeys(root: z.ZodType, path: readonly PropertyKey[]): string[] {
  let schema: unknown = root;
  for (const key of path) schema = unwrap(shapeOf(schema)?.[String(key)]);
  return Object.keys(shapeOf(schema) ?? {});
}

function unwrap(schema: unknown): unknown {
  const inner = (schema as { def?: { innerType?: unknown } } | undefined)?.def?.innerType;
  return inner === undefined ? schema : unwrap(inner);
}

function shapeOf(schema: unknown): Record<string, unknown> | undefined {
  return schema instanceof z.ZodObject ? schema.shape : undefined;
}

function pathOf(path: readonly PropertyKey[]): string {
  return path.length === 0 ? 'options' : path.map(String).join('.');
}
