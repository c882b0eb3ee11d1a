/**
 * Configures the remote's side of a link (applinks-oauth1.md 3.2): nothing below applinksVersion 4, one call of the
 * status API where the remote is known to have it, otherwise consumer and providers one by one. The remote comes
 * first; whoever calls this stores the local side only when all was answered 2xx.
 */
import { isSuccess, type RemoteCall, type RemoteRest } from './remote-rest.js';
import { providersOfLevel, swapped, type Levels } from './oauth-levels.js';
import { isAtLeast } from './version.js';

export interface RemoteSide {
  rest: RemoteRest;
  /** From the remote's manifest. */
  applinksVersion: string | undefined;
  capabilities: ReadonlySet<string>;
  /** Under which the remote stores us. */
  ownId: string;
}

function callsFor(levels: Levels, { applinksVersion, capabilities, ownId }: RemoteSide): RemoteCall[] {
  const { incoming, outgoing } = levels;
  if (capabilities.has('STATUS_API')) {
    const path = `rest/applinks/3.0/status/${ownId}/oauth`;
    return [{ method: 'PUT', path, json: swapped(levels) }];
  }
  if (!incoming.enabled && !outgoing.enabled) {
    return [{ method: 'DELETE', path: `plugins/servlet/applinks/auth/conf/oauth/autoconfig/${ownId}` }];
  }
  const older = `rest/applinks/2.0/applicationlink/${ownId}/authentication`;
  const newer = `rest/applinks-oauth/latest/applicationlink/${ownId}/authentication`;
  const consumer: RemoteCall = {
    method: 'PUT',
    path: `${isAtLeast(applinksVersion, '5.0') ? newer : older}/consumer?autoConfigure=true`,
    json: {
      twoLOAllowed: outgoing.twoLoEnabled,
      twoLOImpersonationAllowed: outgoing.twoLoImpersonationEnabled,
    },
  };
  const providers = providersOfLevel(incoming).map((provider) => ({
    method: 'PUT',
    path: `${older}/provider`,
    json: { provider, config: {} },
  }));
  return [...(outgoing.enabled ? [consumer] : []), ...providers];
}

/** `levels`: of the stand-in. Undefined when all was well, else a sentence that names the call that was not. */
export async function configureRemote(levels: Levels, remote: RemoteSide): Promise<string | undefined> {
  if (!isAtLeast(remote.applinksVersion, '4.0')) return undefined;
  for (const call of callsFor(levels, remote)) {
    try {
      const answer = await remote.rest(call);
      if (!isSuccess(answer)) return `${call.method} ${call.path} was answered ${answer.status}.`;
    } catch (error) {
      return `${call.method} ${call.path} failed: ${error instanceof Error ? error.message : String(error)}.`;
    }
  }
  return undefined;
}
