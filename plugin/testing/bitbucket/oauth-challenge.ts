/** How the peer reads a problem out of `WWW-Authenticate` (applinks-oauth1.md 5.2 and 5.4). */

export interface ReportedProblem {
  problem: string | undefined;
  advice: string | undefined;
}

function decoded(value: string): string {
  try {
    return decodeURIComponent(value);
  } catch {
    return value;
  }
}

/**
 * Only the header spelt exactly `WWW-Authenticate` is looked up, only its first occurrence, and only when its value
 * begins with `OAuth`, case-sensitively. Undefined: no OAuth challenge at all.
 */
export function reportedProblem(
  headers: readonly (readonly [string, string])[],
): ReportedProblem | undefined {
  const value = headers.find(([name]) => name === 'WWW-Authenticate')?.[1];
  if (!value?.startsWith('OAuth')) return undefined;
  const fields = new Map<string, string>();
  for (const [, name = '', text = ''] of value.matchAll(/([a-z_]+)="([^"]*)"/g))
    fields.set(name, decoded(text));
  return { problem: fields.get('oauth_problem'), advice: fields.get('oauth_problem_advice') };
}
