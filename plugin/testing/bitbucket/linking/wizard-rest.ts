/** The REST calls of the wizard (applinks-oauth1.md 2.1, 2.2): probe, check of the details, both halves at once. */
import { json, type Answer, type Incoming } from '../answer.js';
import { isRecord, parseJson, text } from '../json-body.js';
import { linkHref } from '../link-rest.js';
import type { User } from '../state.js';
import type { LinkingContext } from './context.js';
import { createAppLink, readWantedLink } from './create-app-link.js';
import { errorList } from './error-list.js';
import { probe } from './probe.js';
import { checkAdministrator, checkWayBack } from './reciprocal-link.js';

/** `GET applicationlinkForm/manifest?url=`. */
export async function probeManifest(context: LinkingContext, { query }: Incoming): Promise<Answer> {
  const result = await probe(context, query.get('url') ?? '');
  if ('message' in result) return errorList(result.status, [result.message]);
  if ('manifest' in result) return json(200, result.manifest);
  return json(200, result.info);
}

/** `POST applicationlinkForm/details`: is this an administrator there, and does the way back work? */
export async function checkDetails(context: LinkingContext, incoming: Incoming): Promise<Answer> {
  const body = parseJson(incoming.body);
  if (!isRecord(body)) return errorList(400, ['The body is not a JSON object.']);
  const [username = '', password = '', rpcUrl] = [body.username, body.password, body.remoteUrl].map(text);
  if (!rpcUrl) return errorList(400, ['The URL of the remote application is missing.'], ['remoteUrl']);
  const remote = { rpcUrl: rpcUrl.replace(/\/+$/, ''), username, password };
  const failure =
    (await checkAdministrator(context, remote)) ??
    (await checkWayBack(context, remote, text(body.rpcUrl) ?? context.own().baseUrl));
  return failure ? errorList(failure.status, failure.messages) : json(200, {});
}

/** `POST applicationlinkForm/createAppLink`. */
export async function postAppLink(context: LinkingContext, incoming: Incoming, user: User): Promise<Answer> {
  const body = parseJson(incoming.body);
  if (!isRecord(body)) return errorList(400, ['The body is not a JSON object.']);
  const wanted = readWantedLink(context, body);
  const result = 'failure' in wanted ? wanted : await createAppLink(context, wanted, user);
  if ('failure' in result) {
    const { status, messages } = result.failure;
    return errorList(status, messages, result.fields);
  }
  const { link, autoConfigurationSuccessful } = result;
  const { id, typeId, name, displayUrl, rpcUrl, isPrimary } = link;
  const self = [{ href: linkHref(incoming.base, '1.0', id), rel: 'self' }];
  const applicationLink = { id, typeId, name, displayUrl, rpcUrl, isPrimary, isSystem: false, link: self };
  return json(200, { applicationLink, autoConfigurationSuccessful });
}
