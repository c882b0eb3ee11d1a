/** What the stand-in says that it can do (applinks-oauth1.md 7.4), for anybody who asks. */
import { json, type Answer, type Incoming } from '../answer.js';

const capabilities = ['STATUS_API', 'MIGRATION_API'];

export const listCapabilities = (): Answer => json(200, capabilities);

export function showCapability({ captures }: Incoming): Answer {
  const name = captures[1]?.toUpperCase() ?? '';
  if (capabilities.includes(name)) return json(200, [name]);
  return json(404, { statusCode: 404, errors: [{ summary: `There is no capability ${name}.` }] });
}
