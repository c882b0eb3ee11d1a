/** An access token as long as the cloud's (oauth2.md 4.1): a JWT that nobody but the issuer has to understand. */
import { createHmac, randomBytes, randomUUID } from 'node:crypto';

const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');

export function newAccessToken(claims: object, leastBytes: number): string {
  const header = part({ alg: 'HS256', typ: 'JWT' });
  const bare = { jti: randomUUID(), ...claims };
  const missing = Math.max(0, leastBytes - part(bare).length);
  const payload = part({ ...bare, context: 'x'.repeat(Math.ceil((missing * 3) / 4)) });
  const signature = createHmac('sha256', randomBytes(32)).update(`${header}.${payload}`).digest('base64url');
  return `${header}.${payload}.${signature}`;
}
