/** Incoming links as JSON for a system administrator (oauth2.md 2.8), and the reset of the secret that signs all tokens. */
import { randomBytes } from 'node:crypto';
import type { Answer, Incoming } from '../answer.js';
import type { Handler } from '../callers.js';
import type { StandInContext } from '../context.js';
import { isRecord, parseJson, type JsonRecord } from '../json-body.js';
import { isSystemAdmin } from '../linking/roles.js';
import type { User } from '../state.js';
import {
  deleteClient,
  registerClient,
  resetSecret,
  updateClient,
  type ClientFields,
  type Registration,
} from './clients.js';
import type { OAuth2Client } from './memory.js';
import { errorCollection, uncached, uncachedJson } from './oauth2-refusal.js';

type AdminHandler = (context: StandInContext, incoming: Incoming, user: User) => Answer;

export const systemAdminRest =
  (context: StandInContext, handle: AdminHandler): Handler =>
  (incoming) => {
    const user = incoming.basicUser ?? incoming.user;
    return user && isSystemAdmin(user)
      ? handle(context, incoming, user)
      : errorCollection(401, ['Only a system administrator may do this.']);
  };

const noContent: Answer = { status: 204, headers: uncached, body: '' };
const unknown = (): Answer => errorCollection(404, ['There is no such client.']);

const entity = ({ scope, ...client }: OAuth2Client): object => ({ ...client, scope: scope.join(' ') });

const string = (body: JsonRecord, name: string): string => (typeof body[name] === 'string' ? body[name] : '');

function readFields(body: string): ClientFields | undefined {
  const read = parseJson(body);
  if (!isRecord(read)) return undefined;
  const { redirects } = read;
  const list: readonly unknown[] = Array.isArray(redirects) ? redirects : [];
  return {
    name: string(read, 'name'),
    redirects: list.filter((redirect) => typeof redirect === 'string'),
    scope: string(read, 'scope'),
  };
}

const byRecordId = ({ oauth2 }: StandInContext, { captures }: Incoming): OAuth2Client | undefined =>
  [...oauth2.clients.values()].find(({ id }) => id === captures[0]);

const answerOf = (result: Registration, success: (client: OAuth2Client) => Answer): Answer =>
  'errors' in result ? errorCollection(400, [], result.errors) : success(result.client);

export const createClient: AdminHandler = (context, { body }, user) => {
  const fields = readFields(body);
  if (!fields) return errorCollection(400, ['The body is no JSON object.']);
  return answerOf(registerClient(context, fields, user.name), (client) => uncachedJson(200, entity(client)));
};

export const listClients: AdminHandler = ({ oauth2 }) =>
  uncachedJson(200, [...oauth2.clients.values()].map(entity));

export const showClient: AdminHandler = (context, incoming) => {
  const client = byRecordId(context, incoming);
  return client ? uncachedJson(200, entity(client)) : unknown();
};

export const putClient: AdminHandler = (context, incoming) => {
  const [client, fields] = [byRecordId(context, incoming), readFields(incoming.body)];
  if (!client) return unknown();
  if (!fields) return errorCollection(400, ['The body is no JSON object.']);
  return answerOf(updateClient(context, client, fields), () => noContent);
};

export const putSecret: AdminHandler = (context, { captures }) => {
  const client = context.oauth2.clients.get(captures[0] ?? '');
  if (!client) return unknown();
  resetSecret(context, client);
  return uncachedJson(200, entity(client));
};

export const removeClient: AdminHandler = (context, incoming) => {
  const client = byRecordId(context, incoming);
  if (!client) return unknown();
  deleteClient(context, client);
  return uncachedJson(200, entity(client));
};

/** Every access and refresh token of the installation is dead at once. */
export function resetJwtSecret({ oauth2 }: StandInContext): void {
  oauth2.jwtSecret = randomBytes(32);
}

export const postJwtReset: AdminHandler = (context) => {
  resetJwtSecret(context);
  return noContent;
};
