/** The REST resource `config` of outgoing links (oauth2.md 1.1): a secret goes in and never comes out again. */
import { json, type Answer } from '../answer.js';
import { isRecord, parseJson, type JsonRecord } from '../json-body.js';
import { isNameUnique } from './check-config.js';
import type { ClientConfig, WantedConfig } from './client-config.js';
import { clientError, noSuchConfig, type ClientRestHandler } from './client-rest.js';
import { addConfig, changeConfig, removeConfig } from './config-store.js';
import { redirectUri, redirectUriSuffix } from './redirect-uri.js';

const entityOf = (config: ClientConfig) => ({
  ...config,
  type: config.type.toUpperCase(),
  clientSecret: null,
  redirectUriSuffix: redirectUriSuffix(config.authorizationEndpoint),
});

function wantedFrom(body: JsonRecord, storedSecret: string): WantedConfig {
  const text = (name: string): string => (typeof body[name] === 'string' ? body[name] : '');
  const scopes: readonly unknown[] = Array.isArray(body.scopes) ? body.scopes : [];
  return {
    type: text('type'),
    name: text('name'),
    description: text('description'),
    clientId: text('clientId'),
    clientSecret: body.clientSecret === null ? storedSecret : text('clientSecret'),
    authorizationEndpoint: text('authorizationEndpoint'),
    tokenEndpoint: text('tokenEndpoint'),
    scopes: scopes.filter((scope) => typeof scope === 'string'),
    redirectUriSuffix: text('redirectUriSuffix'),
  };
}

const noJson = (): Answer => clientError(400, ['The body must be a JSON object.']);
const noContent: Answer = { status: 204, headers: {}, body: '' };

export const listConfigs: ClientRestHandler = ({ configs }) => json(200, [...configs.values()].map(entityOf));

export const showConfig: ClientRestHandler = ({ configs }, { captures: [id = ''] }) => {
  const config = configs.get(id);
  return config ? json(200, entityOf(config)) : noSuchConfig();
};

export const showConfigByName: ClientRestHandler = ({ configs }, { captures: [encoded = ''] }) => {
  const name = decodeURIComponent(encoded);
  const config = [...configs.values()].find((known) => known.name === name);
  return config ? json(200, entityOf(config)) : noSuchConfig();
};

export const postConfig: ClientRestHandler = (context, { body }) => {
  const wanted = parseJson(body);
  if (!isRecord(wanted)) return noJson();
  return json(200, entityOf(addConfig(context, wantedFrom(wanted, ''))));
};

export const putConfig: ClientRestHandler = (context, { captures: [id = ''], body }) => {
  const stored = context.configs.get(id);
  if (!stored) return noSuchConfig();
  const wanted = parseJson(body);
  if (!isRecord(wanted)) return noJson();
  changeConfig(context, id, wantedFrom(wanted, stored.clientSecret));
  return noContent;
};

export const deleteConfig: ClientRestHandler = (context, { captures: [id = ''] }) => {
  if (!context.configs.has(id)) return noSuchConfig();
  removeConfig(context, id);
  return noContent;
};

export const showRedirectUri: ClientRestHandler = (context, { query }) => {
  const endpoint = query.get('authorizationEndpoint') ?? '';
  return json(200, {
    redirectUri: redirectUri(context.baseUrl(), endpoint),
    redirectUriSuffix: redirectUriSuffix(endpoint),
  });
};

export const tellUniqueness: ClientRestHandler = (context, { query }) =>
  json(200, isNameUnique(context, query.get('name') ?? '', query.get('id') ?? undefined));
