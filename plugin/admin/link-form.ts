/**
 * The form of a link, both ways: what was typed becomes the input that link-service checks, and its complaints come
 * back to the fields they belong to. Everything typed is shown again after an error, except the secret, which never
 * goes back to a page.
 */
import type { InvalidInput } from '../errors.js';
import type { Credential, Link } from '../store/store.js';
import { readLifetime, showLifetime, unitNames, type Lifetime } from './lifetime-field.js';

export interface KnownScope {
  name: string;
  description: string;
}

/** What the views need; names of values and problems are the ids of the fields. */
export interface FormModel {
  values: Record<string, string>;
  chosenScopes: readonly string[];
  problems: Record<string, readonly string[]>;
  knownScopes: readonly KnownScope[];
  units: readonly string[];
}

type LifetimeField = 'request_token_lifetime' | 'access_token_lifetime' | 'idle_timeout';

/** Input path of link-service → id of the field. */
const fieldOf: Readonly<Record<string, string>> = {
  name: 'name',
  displayUrl: 'application_url',
  rpcUrl: 'rpc_url',
  'credential.key': 'key',
  'credential.signatureMethod': 'method',
  'credential.secret': 'secret',
  'credential.publicKey': 'public_key',
  'credential.callbackUrl': 'callback',
  'credential.allowInsecureMissingCallback': 'insecure_callback',
  'credential.scopes': 'scopes',
  'credential.requestTokenLifetimeMs': 'request_token_lifetime',
  'credential.accessTokenLifetimeMs': 'access_token_lifetime',
  'credential.idleTimeoutMs': 'idle_timeout',
};

export interface Lifetimes {
  requestTokenMs: number;
  accessTokenMs: number;
}

export function newLinkForm(knownScopes: readonly KnownScope[], defaults: Lifetimes): FormModel {
  return {
    values: {
      name: '',
      application_url: '',
      rpc_url: '',
      key: '',
      method: 'HMAC-SHA1',
      secret: '',
      public_key: '',
      callback: '',
      insecure_callback: '',
      scopes: 'all',
      ...showField('request_token_lifetime', defaults.requestTokenMs),
      ...showField('access_token_lifetime', defaults.accessTokenMs),
      ...showField('idle_timeout', null),
    },
    chosenScopes: [],
    problems: {},
    knownScopes,
    units: unitNames,
  };
}

export function editLinkForm(
  link: Link,
  credential: Credential | undefined,
  knownScopes: readonly KnownScope[],
): FormModel {
  const values = { name: link.name, application_url: link.displayUrl ?? '', rpc_url: link.rpcUrl ?? '' };
  const rest = { problems: {}, knownScopes, units: unitNames };
  if (credential === undefined) return { values, chosenScopes: [], ...rest };
  return {
    values: {
      ...values,
      callback: credential.callbackUrl ?? '',
      insecure_callback: credential.allowInsecureMissingCallback ? '1' : '',
      scopes: credential.scopes === null ? 'all' : 'chosen',
      ...showField('request_token_lifetime', credential.requestTokenLifetimeMs),
      ...showField('access_token_lifetime', credential.accessTokenLifetimeMs),
      ...showField('idle_timeout', credential.idleTimeoutMs),
    },
    chosenScopes: credential.scopes ?? [],
    ...rest,
  };
}

/** The same form with what was typed. The secret is left out. */
export function typedForm(blank: FormModel, form: URLSearchParams): FormModel {
  const values = Object.fromEntries(
    Object.keys(blank.values).map((name) => [name, name === 'secret' ? '' : (form.get(name) ?? '')]),
  );
  return { ...blank, values, chosenScopes: form.getAll('scope') };
}

export function withProblems(model: FormModel, error: InvalidInput): FormModel {
  const problems: Record<string, readonly string[]> = {};
  for (const [path, sentences] of Object.entries(error.fields)) {
    // A member of a list, such as `credential.scopes.0`, belongs to the field of the list.
    const name = path.replace(/\.\d+$/, '');
    const field = fieldOf[name] ?? fieldOf[`credential.${name}`] ?? name;
    problems[field] = isUnreadable(model, field)
      ? ['Enter a number, such as 30, and choose minutes, hours or days.']
      : [...(problems[field] ?? []), ...sentences];
  }
  return { ...model, problems };
}

function isUnreadable({ values }: FormModel, field: string): boolean {
  if (!(`${field}_unit` in values)) return false;
  return Number.isNaN(
    readLifetime({ amount: values[field]?.trim() ?? '', unit: values[`${field}_unit`] ?? '' }),
  );
}

/** What the link itself takes from the form. */
export function linkInput(form: URLSearchParams): {
  name: string;
  displayUrl: string | null;
  rpcUrl?: string | null;
} {
  const rpcUrl = form.has('rpc_url') ? { rpcUrl: emptyToNull(form.get('rpc_url')) } : {};
  return { name: form.get('name') ?? '', displayUrl: emptyToNull(form.get('application_url')), ...rpcUrl };
}

/** Key, method and secret of a new consumer; only the field that belongs to the chosen method counts. */
export function identityInput(form: URLSearchParams): object {
  const signatureMethod = form.get('method') ?? '';
  const key = form.get('key') ?? '';
  return { key, signatureMethod, ...secretInput(form, signatureMethod) };
}

export function secretInput(form: URLSearchParams, signatureMethod: string): object {
  if (signatureMethod === 'RSA-SHA1') return { publicKey: form.get('public_key') ?? '' };
  const secret = form.get('secret') ?? '';
  return secret === '' ? {} : { secret };
}

/** What may be changed later, too. */
export function settingsInput(form: URLSearchParams): object {
  const idleTimeoutMs = lifetimeOf(form, 'idle_timeout') ?? null;
  const requestTokenLifetimeMs = lifetimeOf(form, 'request_token_lifetime');
  const accessTokenLifetimeMs = lifetimeOf(form, 'access_token_lifetime');
  return {
    callbackUrl: emptyToNull(form.get('callback')),
    allowInsecureMissingCallback: form.has('insecure_callback'),
    scopes: form.get('scopes') === 'chosen' ? form.getAll('scope') : null,
    ...(requestTokenLifetimeMs === undefined ? {} : { requestTokenLifetimeMs }),
    ...(accessTokenLifetimeMs === undefined ? {} : { accessTokenLifetimeMs }),
    idleTimeoutMs,
  };
}

function lifetimeOf(form: URLSearchParams, field: LifetimeField): number | undefined {
  const amount = form.get(field)?.trim() ?? '';
  return readLifetime({ amount, unit: form.get(`${field}_unit`) ?? '' });
}

function showField(field: LifetimeField, ms: number | null): Record<string, string> {
  const { amount, unit }: Lifetime = ms === null ? { amount: '', unit: 'days' } : showLifetime(ms);
  return { [field]: amount, [`${field}_unit`]: unit };
}

function emptyToNull(text: string | null): string | null {
  const trimmed = text?.trim() ?? '';
  return trimmed === '' ? null : trimmed;
}
