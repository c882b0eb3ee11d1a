/**
 * Row a12: the levels of both directions as one document (applinks-oauth1.md 3.3). Reading is open, as at a peer, and
 * tells booleans only; writing is an administrator's. What is asked for as "incoming" is what the peer may do here.
 */
import { z } from 'zod';
import { PeerUnreachable } from '../../errors.js';
import type { Link } from '../../store/store.js';
import { errorList, type LinkingAnswer } from './answer.js';
import { outgoingLevels, trustPeer } from './authentication.js';
import { flag, readFields } from './body.js';
import { capture, requireLink, type LinkingDependencies } from './context.js';
import type { LinkingHandler } from './endpoint.js';
import { serverId } from './peer-description.js';

const level = z
  .object({
    enabled: flag,
    twoLoEnabled: flag.default(false),
    twoLoImpersonationEnabled: flag.default(false),
  })
  // `enabled: false` wins over the rest, and impersonation implies 2LO.
  .transform(({ enabled, twoLoEnabled, twoLoImpersonationEnabled }) => ({
    threeLegged: enabled,
    twoLegged: enabled && (twoLoEnabled || twoLoImpersonationEnabled),
    impersonation: enabled && twoLoImpersonationEnabled,
  }));
const statusBody = z.object({ incoming: level, outgoing: level });

type Levels = z.output<typeof level>;

const malformedId = errorList(400, ['The id of an application link is a UUID.']);

export function showStatus(dependencies: LinkingDependencies): LinkingHandler {
  return async (req) => {
    const id = capture(req.params, 0);
    if (!serverId.safeParse(id).success) return malformedId;
    return { status: 200, root: 'status', entity: statusOf(await requireLink(dependencies, id)) };
  };
}

export function putStatus(dependencies: LinkingDependencies): LinkingHandler {
  const { access, rawBodies, peers, context } = dependencies;
  return async (req): Promise<LinkingAnswer> => {
    const by = await access.requireAdmin(req);
    const id = capture(req.params, 0);
    if (!serverId.safeParse(id).success) return malformedId;
    const link = await requireLink(dependencies, id);
    const body = statusBody.safeParse(await readFields(req, rawBodies));
    if (!body.success) return errorList(400, ['Send both levels: {"incoming":{…},"outgoing":{…}}.']);
    const { incoming, outgoing } = body.data;
    if ((incoming.impersonation || outgoing.impersonation) && !context.config.allowImpersonation)
      return errorList(409, ['OAuth with impersonation is switched off in this application.']);
    const isTrusted = link.incoming.some(({ source }) => source === 'consumer-info');
    if (incoming.threeLegged && !isTrusted) {
      try {
        await trustPeer(dependencies, link, incoming.twoLegged, incoming.impersonation, by);
      } catch (error) {
        if (!(error instanceof PeerUnreachable)) throw error;
        return errorList(409, [error.message]);
      }
    } else await peers.setIncoming(link.id, incoming, by);
    await peers.setOutgoing(link.id, outgoing, by);
    return { status: 204 };
  };
}

/** Two- or three-legged alone counts as disabled unless 3LO is on (3.3). */
function statusOf(link: Link) {
  const isTrusted = link.incoming.length > 0;
  return {
    incoming: json(isTrusted ? link.levels : undefined),
    outgoing: json(outgoingLevels(link)),
  };
}

function json(levels: Levels | undefined) {
  const enabled = levels?.threeLegged === true;
  return {
    enabled,
    twoLoEnabled: enabled && levels.twoLegged,
    twoLoImpersonationEnabled: enabled && levels.impersonation,
  };
}
