/**
 * Rows a13 and a22: what any caller may read, and the project links that we do not have (applinks-oauth1.md 7.4, 8).
 * An empty list is an answer; a 404 in its place would be an error on the peer's page.
 */
import { errorList, type LinkingAnswer } from './answer.js';
import { capture } from './context.js';
import type { LinkingHandler } from './endpoint.js';
import { permission } from './reciprocal-link.js';

export const capabilities = ['STATUS_API'];

export const showEntities: LinkingHandler = () =>
  Promise.resolve({ status: 200, root: 'entities', entity: { entity: [] } });

export const noEntityLink: LinkingHandler = () =>
  Promise.resolve(errorList(404, ['This application has no projects that could be linked.']));

export const noEntityPermission: LinkingHandler = () => Promise.resolve(permission('MISSING'));

/** The names, or undefined when this one is not ours; JSON only. */
export function capabilitiesNamed(params: Readonly<Record<string, unknown>>): readonly string[] | undefined {
  const name = capture(params, 0).toUpperCase();
  if (name === '') return capabilities;
  return capabilities.includes(name) ? [name] : undefined;
}

export const unknownCapability: LinkingAnswer = errorList(404, ['This capability is not offered here.']);
