/**
 * Incoming links over OAuth 2.0 (oauth2.md 2.8): registered, edited, given another secret, and deleted with all of their
 * tokens. Editing and another secret leave tokens alone.
 */
import { randomUUID } from 'node:crypto';
import type { StandInContext } from '../context.js';
import { newId, newSecret, type OAuth2Client } from './memory.js';
import { redirectProblem } from './redirect-rule.js';
import { parseScope } from './scopes.js';
import { removeTokensOfClient } from './tokens.js';

export interface ClientFields {
  name: string;
  redirects: readonly string[];
  /** Names with one space between. */
  scope: string;
}

/** Sentences by the name of the field. */
export type FieldErrors = Readonly<Record<string, readonly string[]>>;

const maxNameLength = 255;

const trimmed = ({ name, redirects, scope }: ClientFields): ClientFields => ({
  name: name.trim(),
  redirects: redirects.map((redirect) => redirect.trim()),
  scope: scope.trim(),
});

function nameProblems({ oauth2 }: StandInContext, name: string, own: OAuth2Client | undefined): string[] {
  if (name === '') return ['The name is missing.'];
  if (name.length > maxNameLength) return [`The name has at most ${maxNameLength} characters.`];
  const isTaken = [...oauth2.clients.values()].some((other) => other !== own && other.name === name);
  return isTaken ? ['Another link has this name.'] : [];
}

function redirectProblems({ oauth2 }: StandInContext, redirects: readonly string[]): string[] {
  if (redirects.length === 0) return ['At least one redirect URL is needed.'];
  return redirects.flatMap((redirect) => redirectProblem(redirect, oauth2.switches) ?? []);
}

/** What may be stored, or why not. */
function checked(
  context: StandInContext,
  { name, redirects, scope }: ClientFields,
  own?: OAuth2Client,
): Pick<OAuth2Client, 'name' | 'redirects' | 'scope'> | FieldErrors {
  const names = parseScope(context.state.product, scope);
  const errors = {
    name: nameProblems(context, name, own),
    redirects: redirectProblems(context, redirects),
    scope: names ? [] : ['At least one scope is needed, and only known ones.'],
  };
  const failed = Object.entries(errors).filter(([, problems]) => problems.length > 0);
  return names && failed.length === 0 ? { name, redirects, scope: names } : Object.fromEntries(failed);
}

export type Registration = { client: OAuth2Client } | { errors: FieldErrors };

const isRefused = (
  result: Pick<OAuth2Client, 'name' | 'redirects' | 'scope'> | FieldErrors,
): result is FieldErrors => typeof result.name !== 'string';

export function registerClient(context: StandInContext, fields: ClientFields, userKey: string): Registration {
  const result = checked(context, trimmed(fields));
  if (isRefused(result)) return { errors: result };
  const clientId = newId();
  const client = { ...result, id: randomUUID(), clientId, clientSecret: newSecret(), userKey };
  context.oauth2.clients.set(clientId, client);
  context.oauth2.audit.push({ action: 'client.created', clientId, details: { ...result } });
  return { client };
}

/** Blank fields and an empty list keep what was there. */
export function updateClient(
  context: StandInContext,
  client: OAuth2Client,
  fields: Partial<ClientFields>,
): Registration {
  const { name, redirects, scope } = trimmed({ name: '', redirects: [], scope: '', ...fields });
  const before = { name: client.name, redirects: client.redirects, scope: client.scope };
  const result = checked(
    context,
    {
      name: name || client.name,
      redirects: redirects.length > 0 ? redirects : client.redirects,
      scope: scope || client.scope.join(' '),
    },
    client,
  );
  if (isRefused(result)) return { errors: result };
  Object.assign(client, result);
  const { clientId } = client;
  context.oauth2.audit.push({ action: 'client.updated', clientId, details: { before, after: result } });
  return { client };
}

/** The old secret is dead at once. */
export function resetSecret({ oauth2 }: StandInContext, client: OAuth2Client): string {
  client.clientSecret = newSecret();
  oauth2.audit.push({ action: 'client.secret-refreshed', clientId: client.clientId, details: {} });
  return client.clientSecret;
}

export function deleteClient(context: StandInContext, { clientId, name }: OAuth2Client): void {
  context.oauth2.clients.delete(clientId);
  removeTokensOfClient(context, clientId);
  context.oauth2.audit.push({ action: 'client.deleted', clientId, details: { name } });
}
