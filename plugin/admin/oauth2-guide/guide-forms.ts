/** The forms of the guide, both ways: what was typed becomes the services' input, and their complaints find its field. */
import type { InvalidInput } from '../../errors.js';
import type { OAuth2OutgoingView } from '../oauth2-connection.js';

/** What only the answer to one form shows. */
export interface EnteredGuide {
  values?: Readonly<Record<string, string>>;
  problems?: Readonly<Record<string, readonly string[]>>;
  chosenScopes?: readonly string[];
  /** Made now, rendered once. */
  secret?: { clientId: string; value: string } | undefined;
}

const callsFields = {
  client_id: 'clientId',
  client_secret: 'clientSecret',
  authorize_url: 'authorizeUrl',
  token_url: 'tokenUrl',
  revoke_url: 'revokeUrl',
  token_authentication: 'tokenAuthentication',
} as const;

/**
 * Without a new secret the former one stays; an empty client ID is none, so a half-way state can be kept. Addresses that
 * were not touched are not sent on: entered ones lose the issuer that came with those of the server's metadata.
 */
export function callsInput(form: URLSearchParams, view: OAuth2OutgoingView | undefined): object {
  const text = (field: string): string => form.get(field)?.trim() ?? '';
  const secret = text('client_secret');
  const scopes = form.has('scopes') ? text('scopes').split(/\s+/) : form.getAll('scope');
  const named = scopes.filter((name) => name !== '');
  const urls = (['authorize_url', 'token_url', 'revoke_url'] as const).filter(
    (field) => form.has(field) && text(field) !== (view?.settings[callsFields[field]] ?? ''),
  );
  return {
    clientId: text('client_id') === '' ? null : text('client_id'),
    ...(secret === '' ? {} : { clientSecret: secret }),
    ...(named.length === 0 ? {} : { scopes: named }),
    ...Object.fromEntries(urls.map((field) => [callsFields[field], text(field) === '' ? null : text(field)])),
    ...(form.has('token_authentication') ? { tokenAuthentication: form.get('token_authentication') } : {}),
    clientCredentials: form.has('client_credentials'),
    pkce: form.has('pkce'),
  };
}

/** Never the secret. */
export function enteredCalls(form: URLSearchParams): Record<string, string> {
  const names = Object.keys(callsFields).filter((name) => name !== 'client_secret');
  const typed = [...names, 'scopes'].map((name) => [name, form.get(name) ?? ''] as const);
  return Object.fromEntries(typed);
}

export function callsProblems({ fields }: InvalidInput): Record<string, readonly string[]> {
  const problems: Record<string, readonly string[]> = {};
  for (const [path, said] of Object.entries(fields)) {
    const [first = path] = path.split('.');
    const known = Object.entries(callsFields).find(([, name]) => name === first)?.[0];
    const field = known ?? (first === 'redirectUris' ? 'redirect_uri' : first);
    problems[field] = [...(problems[field] ?? []), ...said];
  }
  return problems;
}

/** @param expected what an Atlassian product will use, if its address is known */
export function newClientInput(
  form: URLSearchParams,
  expected: string | null,
  offered: readonly string[],
): object {
  const choice = form.get('redirect');
  const typed = form.get(choice === 'placeholder' ? 'placeholder_uri' : 'redirect_uri')?.trim() ?? '';
  const uri = choice === 'expected' ? (expected ?? '') : typed;
  return {
    type: form.get('client_type') === 'confidential' ? 'confidential' : 'atlassian',
    redirectUris: [{ uri, isPlaceholder: choice === 'placeholder' }],
    scopes: offered.length === 1 ? offered : form.getAll('own_scope'),
  };
}

export function clientProblems(form: URLSearchParams, { fields }: InvalidInput): EnteredGuide {
  const field = form.get('redirect') === 'placeholder' ? 'placeholder_uri' : 'redirect_uri';
  const problems: Record<string, readonly string[]> = {};
  for (const [path, said] of Object.entries(fields)) {
    const name = path.startsWith('redirectUris') ? field : path.startsWith('scopes') ? 'own_scopes' : path;
    problems[name] = [...(problems[name] ?? []), ...said];
  }
  const names = ['redirect', 'redirect_uri', 'placeholder_uri', 'client_type'];
  return { problems, values: Object.fromEntries(names.map((name) => [name, form.get(name) ?? ''])) };
}
