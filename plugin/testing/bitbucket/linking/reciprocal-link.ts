/**
 * The stand-in makes the remote's half of a link with the password of an administrator there (applinks-oauth1.md 2.3
 * rows 1 to 4). Each row ends the flow when it is not answered 2xx.
 */
import type { LinkingContext } from './context.js';
import { readErrorList } from './error-list.js';
import { entityXml, ownEntity } from './link-entity.js';
import { below } from './manifest-download.js';
import { basicAuthorization, createRemoteRest, isSuccess, type RemoteRest } from './remote-rest.js';

export interface Remote {
  rpcUrl: string;
  username: string;
  password: string;
}

export interface Failure {
  status: number;
  messages: string[];
}

const createTimeoutMs = 60_000;

export const remoteRest = (context: LinkingContext, { rpcUrl, username, password }: Remote): RemoteRest =>
  createRemoteRest(context, rpcUrl, basicAuthorization(username, password));

const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** Rows 1 and 3: whether this name and password are an administrator's there. Undefined: they are. */
export async function checkAdministrator(
  context: LinkingContext,
  remote: Remote,
): Promise<Failure | undefined> {
  const call = { method: 'GET', path: 'rest/applinks/1.0/authenticationinfo' };
  try {
    if (isSuccess(await remoteRest(context, remote)(call))) return undefined;
    return { status: 400, messages: ['The remote application does not accept this user as administrator.'] };
  } catch (error) {
    return { status: 500, messages: [`The remote application did not answer: ${reasonOf(error)}.`] };
  }
}

/** Row 2: whether the remote can reach us and sees our id. Undefined: it can. */
export async function checkWayBack(
  context: LinkingContext,
  remote: Remote,
  rpcUrl: string,
): Promise<Failure | undefined> {
  // The URL stands in the path as it is; a proxy that eats its double slash is why the query repeats it.
  const query = new URLSearchParams({ url: rpcUrl }).toString();
  const path = `rest/applinks/1.0/authenticationinfo/id/${context.own().id}/url/${rpcUrl}?${query}`;
  try {
    if (isSuccess(await remoteRest(context, remote)({ method: 'GET', path }))) return undefined;
    return { status: 400, messages: [`The remote application cannot reach us at ${rpcUrl}.`] };
  } catch (error) {
    return { status: 500, messages: [`The remote application did not answer: ${reasonOf(error)}.`] };
  }
}

/** Row 4. Without a readable error list the administrator learns nothing but that it failed. */
export async function createReciprocalLink(
  context: LinkingContext,
  remote: Remote,
  rpcUrl: string,
): Promise<Failure | undefined> {
  const entity = ownEntity(context.own(), rpcUrl);
  const isXml = context.switches.entityFormat === 'xml';
  const mediaType = isXml ? 'application/xml' : 'application/json';
  try {
    const answer = await context.send({
      method: 'PUT',
      url: below(remote.rpcUrl, `rest/applinks/1.0/applicationlink/${entity.id}`),
      headers: {
        Authorization: basicAuthorization(remote.username, remote.password),
        'Content-Type': mediaType,
        Accept: mediaType,
        'X-Atlassian-Token': 'no-check',
      },
      body: isXml ? entityXml(entity) : JSON.stringify(entity),
      timeoutMs: createTimeoutMs,
    });
    if (isSuccess(answer)) return undefined;
    const messages = readErrorList(answer);
    return messages
      ? { status: 400, messages }
      : { status: 500, messages: ['The remote application could not create the link.'] };
  } catch (error) {
    return { status: 500, messages: [`The remote application did not answer: ${reasonOf(error)}.`] };
  }
}
