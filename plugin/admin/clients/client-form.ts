/**
 * The form of a client of OAuth 2.0, both ways: what was typed becomes the input that client-service checks, and its
 * complaints come back to the fields they belong to. Redirect URIs are lines of one address each, with one to spare.
 */
import type { Config } from '../../config.js';
import type { InvalidInput } from '../../errors.js';
import type { OAuth2Client, RedirectUri } from '../../store/oauth2-client.js';
import { readLifetime, showLifetime, unitNames } from '../lifetime-field.js';
import type { FormModel } from '../link-form.js';

const lifetimeFields = {
  access_token_duration: 'accessTokenLifetimeMs',
  refresh_token_duration: 'refreshTokenLifetimeMs',
  authorization_duration: 'authorizationLifetimeMs',
} as const;

export interface ClientFormModel extends FormModel {
  /** How many lines there are; values are `redirect_uri_0`, `placeholder_0` and so on. */
  lines: number;
}

type Fields = Pick<
  OAuth2Client,
  | 'type'
  | 'redirectUris'
  | 'scopes'
  | 'allowClientCredentials'
  | 'accessTokenLifetimeMs'
  | 'refreshTokenLifetimeMs'
  | 'authorizationLifetimeMs'
>;

/** @param expected redirect URI, null when it is not known */
export function newClientForm(config: Config, expected: string | null): ClientFormModel {
  const names = Object.keys(config.offeredScopes);
  return clientForm(config, {
    type: 'atlassian',
    redirectUris: expected === null ? [] : [{ uri: expected, isPlaceholder: false }],
    scopes: names.length === 1 ? names : [],
    allowClientCredentials: false,
    accessTokenLifetimeMs: config.oauth2.accessTokenMs,
    refreshTokenLifetimeMs: config.oauth2.refreshTokenMs,
    authorizationLifetimeMs: config.oauth2.authorizationMs,
  });
}

export function clientForm(
  { offeredScopes }: Pick<Config, 'offeredScopes'>,
  client: Fields,
): ClientFormModel {
  const { type, redirectUris, scopes, allowClientCredentials } = client;
  const lifetimes = Object.entries(lifetimeFields).map(([field, path]) => showField(field, client[path]));
  return {
    values: Object.assign(
      { client_type: type, client_credentials: allowClientCredentials ? '1' : '' },
      linesOf(redirectUris),
      ...lifetimes,
    ) as Record<string, string>,
    lines: redirectUris.length + 1,
    chosenScopes: scopes,
    problems: {},
    knownScopes: Object.entries(offeredScopes).map(([name, description]) => ({ name, description })),
    units: unitNames,
  };
}

/** The same form with what was typed, and what is wrong with it. */
export function refusedClientForm(
  blank: ClientFormModel,
  form: URLSearchParams,
  { fields }: InvalidInput,
): ClientFormModel {
  const redirectUris = redirectUrisOf(form);
  const typed = Object.keys(blank.values)
    .filter((name) => !/^(?:redirect_uri|placeholder)_/.test(name))
    .map((name) => [name, form.get(name) ?? ''] as const);
  const values = { ...Object.fromEntries(typed), ...linesOf(redirectUris) };
  const problems: Record<string, readonly string[]> = {};
  for (const [path, sentences] of Object.entries(fields)) {
    const field = fieldOf(path);
    problems[field] = isUnreadable(values, field)
      ? ['Enter a number, such as 30, and choose minutes, hours or days.']
      : [...(problems[field] ?? []), ...sentences];
  }
  return { ...blank, values, lines: redirectUris.length + 1, chosenScopes: form.getAll('scope'), problems };
}

/** What client-service checks. A type is left out where the form shows none. */
export function clientInput(form: URLSearchParams): object {
  const type = form.get('client_type');
  const lifetimes = Object.entries(lifetimeFields).flatMap(([field, path]): [string, number | null][] => {
    const ms = lifetimeOf(form, field);
    if (ms !== undefined) return [[path, ms]];
    return path === 'authorizationLifetimeMs' ? [[path, null]] : [];
  });
  return {
    ...(type === null ? {} : { type }),
    redirectUris: redirectUrisOf(form),
    scopes: form.getAll('scope'),
    allowClientCredentials: form.has('client_credentials'),
    ...Object.fromEntries(lifetimes),
  };
}

/** Empty lines are none. */
function redirectUrisOf(form: URLSearchParams): RedirectUri[] {
  const numbers = [...form.keys()].flatMap((name) => /^redirect_uri_(\d{1,2})$/.exec(name)?.[1] ?? []);
  return numbers.flatMap((number) => {
    const uri = form.get(`redirect_uri_${number}`)?.trim() ?? '';
    return uri === '' ? [] : [{ uri, isPlaceholder: form.has(`placeholder_${number}`) }];
  });
}

function linesOf(redirectUris: readonly RedirectUri[]): Record<string, string> {
  const lines = [...redirectUris, { uri: '', isPlaceholder: false }].map(({ uri, isPlaceholder }, index) => ({
    [`redirect_uri_${index}`]: uri,
    [`placeholder_${index}`]: isPlaceholder ? '1' : '',
  }));
  return Object.assign({}, ...lines) as Record<string, string>;
}

function fieldOf(path: string): string {
  const line = /^redirectUris(?:\.(\d+))?/.exec(path);
  if (line) return `redirect_uri_${line[1] ?? '0'}`;
  const lifetime = Object.entries(lifetimeFields).find(([, name]) => name === path)?.[0];
  const names: Readonly<Record<string, string>> = {
    type: 'client_type',
    allowClientCredentials: 'client_credentials',
  };
  return lifetime ?? names[path] ?? path.replace(/\.\d+$/, '');
}

function lifetimeOf(form: URLSearchParams, field: string): number | undefined {
  return readLifetime({ amount: form.get(field)?.trim() ?? '', unit: form.get(`${field}_unit`) ?? '' });
}

function isUnreadable(values: Readonly<Record<string, string>>, field: string): boolean {
  if (!(`${field}_unit` in values)) return false;
  const entered = { amount: values[field]?.trim() ?? '', unit: values[`${field}_unit`] ?? '' };
  return Number.isNaN(readLifetime(entered));
}

function showField(field: string, ms: number | null): Record<string, string> {
  const { amount, unit } = ms === null ? { amount: '', unit: 'days' } : showLifetime(ms);
  return { [field]: amount, [`${field}_unit`]: unit };
}
