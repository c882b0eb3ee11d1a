/**
 * The JSON API as an OpenAPI 3.1 document. What may be sent is made from the very schemas that check it, so the document
 * cannot say anything else than the code does; the routes are those of rest.ts.
 */
import { z } from 'zod';
import type { Config } from '../config.js';
import type { ClientSchemas } from './clients/client-input.js';
import { createLinkSchemas, withClient } from './link-input.js';
import { describeOperation, type Json, type Operation } from './openapi-operation.js';
import { levelsInput } from './link-levels.js';
import { manualOutgoingInput } from './manual-outgoing.js';
import { oauth2DraftInput, oauth2OutgoingInput } from './oauth2-outgoing-input.js';
import { automaticLinkInput, deleteBothInput, lookUpInput, ownHalfInput } from './rest-automatic.js';
import { allQuery, mineQuery, ownersQuery } from './rest-tokens.js';

const id = { name: 'id', in: 'path', required: true, schema: { type: 'string' } };
const credentialId = { ...id, name: 'credentialId' };
const clientId = { ...id, name: 'clientId' };
const accountId = { ...id, name: 'accountId' };

export function openApiDocument(
  config: Pick<Config, 'application' | 'baseUrl' | 'scopes' | 'lifetimes'>,
  clients: ClientSchemas,
): Json {
  const schemas = createLinkSchemas(config);
  const empty = z.strictObject({});
  const operations: Readonly<Record<string, Readonly<Record<string, Operation>>>> = {
    '/applinks/rest/links': {
      get: { summary: 'All application links', status: 200 },
      post: {
        summary: 'Create a link, with a consumer, a client of OAuth 2.0, or without',
        status: 201,
        body: withClient(schemas.link, clients),
      },
    },
    '/applinks/rest/links/{id}': {
      get: { summary: 'One link', status: 200 },
      put: {
        summary: 'Change name or addresses; a new address must be of the same installation, or confirmed',
        status: 200,
        body: schemas.linkChange.extend({ confirmAddress: z.boolean().optional() }),
      },
      delete: { summary: 'Delete the half of a link that is here', status: 204 },
    },
    '/applinks/rest/links/{id}/status': {
      get: { summary: 'What the last test saw', status: 200 },
      post: { summary: 'Test the link', status: 200, body: empty },
    },
    '/applinks/rest/peers': {
      post: {
        summary: 'Make both halves of a link with the password of an administrator there',
        status: 201,
        body: automaticLinkInput,
      },
    },
    '/applinks/rest/peers/lookup': {
      post: { summary: 'Who is at an address, with its key', status: 200, body: lookUpInput },
    },
    '/applinks/rest/peers/own-half': {
      post: {
        summary: 'Make our half of a link; `continueAt` is where an administrator makes the other one',
        status: 201,
        body: ownHalfInput,
      },
    },
    '/applinks/rest/keys': {
      get: { summary: 'Our signing keys, the current one first', status: 200 },
      post: { summary: 'Make a new signing key', status: 201, body: empty },
    },
    '/applinks/rest/links/{id}/delete-both': {
      post: { summary: 'Delete both halves', status: 204, body: deleteBothInput },
    },
    '/applinks/rest/links/{id}/peer-key': {
      post: { summary: 'Fetch the key of the peer again', status: 200, body: empty },
    },
    '/applinks/rest/links/{id}/held-key': {
      post: { summary: 'Ask the peer which of our keys it holds', status: 200, body: empty },
    },
    '/applinks/rest/links/{id}/outgoing': {
      put: { summary: 'Call it by consumer key and shared secret', status: 200, body: manualOutgoingInput },
    },
    '/applinks/rest/oauth2-links': {
      post: {
        summary: 'A draft of a link by OAuth 2.0, with its callback URL, before any credential',
        status: 201,
        body: oauth2DraftInput,
      },
    },
    '/applinks/rest/links/{id}/outgoing/oauth2': {
      get: { summary: 'How it is called by OAuth 2.0, and what is missing', status: 200 },
      put: {
        summary: 'Call it by OAuth 2.0: client ID, secret, scopes, in any order',
        status: 200,
        body: oauth2OutgoingInput,
      },
      delete: { summary: 'End calls by OAuth 2.0, with the grants of all users', status: 204 },
    },
    '/applinks/rest/links/{id}/levels': {
      put: { summary: 'What is allowed in each direction', status: 200, body: levelsInput },
    },
    '/applinks/rest/links/{id}/primary': {
      put: { summary: 'Make it the primary link of its type', status: 200, body: empty },
    },
    '/applinks/rest/links/{id}/credentials': {
      post: { summary: 'Add a consumer', status: 201, body: schemas.credential },
    },
    '/applinks/rest/links/{id}/credentials/{credentialId}': {
      put: { summary: 'Change a consumer', status: 200, body: schemas.credentialChange },
      delete: { summary: 'Remove a consumer with its tokens', status: 204 },
    },
    '/applinks/rest/links/{id}/credentials/{credentialId}/secret': {
      post: {
        summary: 'Replace the shared secret',
        status: 200,
        body: z.strictObject({ secret: z.string().optional() }),
      },
    },
    '/applinks/rest/links/{id}/credentials/{credentialId}/offered-key': {
      put: {
        summary: 'Accept the key that the peer now shows',
        status: 200,
        body: z.strictObject({ publicKey: z.string() }),
      },
      delete: { summary: 'Keep the former key', status: 204 },
    },
    '/applinks/rest/links/{id}/accounts': {
      get: { summary: 'Accounts that users have connected there, with scopes and state', status: 200 },
    },
    '/applinks/rest/links/{id}/accounts/{accountId}': {
      delete: { summary: 'Disconnect one of them', status: 204 },
    },
    '/applinks/rest/links/{id}/clients': {
      post: { summary: 'Add a client of OAuth 2.0', status: 201, body: clients.client },
    },
    '/applinks/rest/links/{id}/clients/{clientId}': {
      put: { summary: 'Change a client', status: 200, body: clients.clientChange },
      delete: { summary: 'Remove a client with all that users have authorised', status: 204 },
    },
    '/applinks/rest/links/{id}/clients/{clientId}/secret': {
      post: {
        summary: 'Make a new secret; the former one stays valid for a while',
        status: 200,
        body: clients.rotation,
      },
    },
    '/applinks/rest/tokens': {
      get: { summary: 'What I have authorised', status: 200, query: mineQuery, isForUsers: true },
      delete: { summary: 'Revoke all of it', status: 200, isForUsers: true },
    },
    '/applinks/rest/tokens/{id}': {
      delete: { summary: 'Revoke one of mine', status: 204, isForUsers: true },
    },
    '/applinks/rest/accounts': {
      get: { summary: 'Accounts that I have connected at other applications', status: 200, isForUsers: true },
    },
    '/applinks/rest/accounts/{id}': {
      delete: { summary: 'Disconnect one of mine', status: 204, isForUsers: true },
    },
    '/applinks/rest/admin/tokens': {
      get: { summary: 'What users have authorised', status: 200, query: allQuery },
      delete: { summary: 'Revoke what the query selects', status: 200, query: ownersQuery },
    },
    '/applinks/rest/admin/tokens/{id}': { delete: { summary: 'Revoke one', status: 204 } },
  };
  return {
    openapi: '3.1.0',
    info: { title: `Application links of ${config.application.name}`, version: config.application.version },
    servers: [{ url: config.baseUrl }],
    paths: Object.fromEntries(
      Object.entries(operations).map(([path, methods]) => [
        path,
        {
          parameters: [id, credentialId, clientId, accountId].filter(({ name }) =>
            path.includes(`{${name}}`),
          ),
          ...Object.fromEntries(
            Object.entries(methods).map(([method, of]) => [method, describeOperation(path, method, of)]),
          ),
        },
      ]),
    ),
    components: {
      schemas: {
        Error: {
          type: 'object',
          properties: {
            error: {
              type: 'object',
              required: ['code', 'message'],
              properties: {
                code: { type: 'string' },
                message: { type: 'string' },
                fields: { type: 'object' },
              },
            },
          },
        },
      },
    },
  };
}
