/**
 * What a browser says in `Referer` about the page that it comes from (Referrer Policy, section 8.3): whole addresses stay
 * within the origin unless the page allows more, and nothing goes from https to http. Peers know a consent by it.
 */
export interface Origin {
  /** Of the page with the form or the link. */
  url: string;
  /** Header `Referrer-Policy` of that page, if any. */
  policy?: string | undefined;
}

const defaultPolicy = 'strict-origin-when-cross-origin';

/** Of a list, the last name that is known counts. */
const known = new Set([
  'no-referrer',
  'no-referrer-when-downgrade',
  'origin',
  'origin-when-cross-origin',
  'same-origin',
  'strict-origin',
  defaultPolicy,
  'unsafe-url',
]);

function policyOf(header = ''): string {
  const names = header.split(',').map((name) => name.trim().toLowerCase());
  return names.reverse().find((name) => known.has(name)) ?? defaultPolicy;
}

/** Undefined: the header is left out. */
export function refererFor({ url, policy: header }: Origin, to: string): string | undefined {
  const [from, target] = [new URL(url), new URL(to)];
  const whole = from.origin + from.pathname + from.search;
  const originOnly = `${from.origin}/`;
  const isSameOrigin = from.origin === target.origin;
  const isDowngrade = from.protocol === 'https:' && target.protocol !== 'https:';
  switch (policyOf(header)) {
    case 'no-referrer':
      return undefined;
    case 'same-origin':
      return isSameOrigin ? whole : undefined;
    case 'origin':
      return originOnly;
    case 'origin-when-cross-origin':
      return isSameOrigin ? whole : originOnly;
    case 'unsafe-url':
      return whole;
    case 'no-referrer-when-downgrade':
      return isDowngrade ? undefined : whole;
    case 'strict-origin':
      return isDowngrade ? undefined : originOnly;
    default:
      if (isSameOrigin) return whole;
      return isDowngrade ? undefined : originOnly;
  }
}
