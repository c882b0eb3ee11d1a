/**
 * The parameters of a request of OAuth 2.0, from a query or a form (RFC 6749 sections 3.1 and 3.2). What is sent without
 * a value counts as absent, what is unknown is ignored. An attacker sends a parameter twice, so that two readers of one
 * request see different values: that is refused, whatever the parameter, but for the two that may be repeated by their
 * own RFCs (8707 and 8693).
 */
import { OAuth2Error } from '../oauth2-errors.js';

export interface RequestParameters {
  /** Undefined when it is absent, empty or sent more than once. */
  get(name: string): string | undefined;
  isRepeated(name: string): boolean;
  /** In the order in which they were sent, each once. */
  names: readonly string[];
}

const repeatable: ReadonlySet<string> = new Set(['resource', 'audience']);

/** @param encoded `application/x-www-form-urlencoded` */
export function readParameters(encoded: string): RequestParameters {
  const values = new Map<string, string[]>();
  for (const [name, value] of new URLSearchParams(encoded)) {
    const known = values.get(name);
    if (known) known.push(value);
    else values.set(name, [value]);
  }
  return {
    get: (name) => {
      const [value, ...more] = values.get(name) ?? [];
      return value === '' || more.length > 0 ? undefined : value;
    },
    isRepeated: (name) => (values.get(name)?.length ?? 0) > 1,
    names: [...values.keys()],
  };
}

/** @throws OAuth2Error `invalid_request` */
export function rejectRepeated(parameters: RequestParameters): void {
  const isRefused = (name: string): boolean => parameters.isRepeated(name) && !repeatable.has(name);
  if (parameters.names.some(isRefused))
    throw new OAuth2Error('invalid_request', 'A parameter was sent more than once.');
}

/** @throws OAuth2Error `invalid_request` */
export function requireParameter(parameters: RequestParameters, name: string): string {
  const value = parameters.get(name);
  if (value === undefined) throw new OAuth2Error('invalid_request', `The parameter ${name} is missing.`);
  return value;
}
