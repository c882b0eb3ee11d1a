/** One operation of the JSON API as OpenAPI describes it: parameters, body, and the answers that its kind can have. */
import { z } from 'zod';

export type Json = Readonly<Record<string, unknown>>;

export interface Operation {
  summary: string;
  status: number;
  body?: z.ZodType;
  query?: z.ZodObject;
  /** Open to every user, for their own. */
  isForUsers?: boolean;
}

export function describeOperation(
  path: string,
  method: string,
  { summary, status, body, query, isForUsers = false }: Operation,
): Json {
  const failed = (description: string): Json => ({
    description,
    content: { 'application/json': { schema: { $ref: '#/components/schemas/Error' } } },
  });
  return {
    summary,
    ...(query === undefined ? {} : { parameters: parametersOf(query) }),
    ...(body === undefined
      ? {}
      : {
          requestBody: {
            required: true,
            content: {
              'application/json': { schema: z.toJSONSchema(body, { io: 'input', unrepresentable: 'any' }) },
            },
          },
        }),
    responses: {
      [status]: { description: 'Done' },
      ...(body === undefined && query === undefined
        ? {}
        : { 400: failed('A field is wrong; `fields` says which.') }),
      401: failed('Nobody is logged in.'),
      403: failed(
        isForUsers
          ? 'The request did not come from a page of ours.'
          : 'Not an administrator, or not from a page of ours.',
      ),
      ...(path.includes('{id}') ? { 404: failed('There is none, or it has been deleted meanwhile.') } : {}),
      ...(method === 'post' || method === 'put'
        ? { 409: failed('It does not fit what is there now, or somebody else has just changed it.') }
        : {}),
    },
  };
}

function parametersOf(query: z.ZodObject): Json[] {
  return Object.entries(query.shape).map(([name, part]) => ({
    name,
    in: 'query',
    required: false,
    schema: z.toJSONSchema(part, { io: 'input' }),
  }));
}
