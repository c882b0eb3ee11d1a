/** Access that a user has really granted, by the whole dance, for specs about what is shown of it and revoked. */
import { allow } from '../../support/consent.js';
import type { KitApp } from '../../support/kit-app.js';
import type { RegisteredConsumer } from '../../support/register-consumer.js';
import type { AccessCredentials } from '../../support/test-consumer.js';

export async function grantAccess(
  app: KitApp,
  consumer: RegisteredConsumer,
  user: string,
): Promise<AccessCredentials> {
  const request = await consumer.requestToken('https://bitbucket.example.test/access');
  return consumer.accessToken(request, await allow(app.baseUrl, user, request.token));
}
