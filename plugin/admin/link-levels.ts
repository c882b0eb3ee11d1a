/**
 * What a link may do in each direction, as an administrator sets it (applinks-oauth1.md 3.3, 6.6): users' tokens, the
 * application in its own name, and named users. What an attacker who holds a peer's key would use: an executing user
 * who is an administrator, so that is refused here and again at each request; impersonation needs the kit's option too.
 */
import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import type { Context } from '../context.js';
import { InvalidInput } from '../errors.js';
import type { HostUser } from '../host.js';
import type { Connection, IncomingLevels, Link, OutgoingLevels } from '../store/store.js';
import type { ChangeLink } from './link-change.js';
import { readInput } from './link-input.js';

const flag = z.boolean('Choose true or false.');
const userName = z
  .string('Enter the name of a user.')
  .trim()
  .max(255, 'Use at most 255 characters.')
  .nullable();
const outgoing = z.strictObject({ threeLegged: flag, twoLegged: flag, impersonation: flag }).partial();

/** Users are given by name, or by id. What is not mentioned stays as it is. */
export const levelsInput = z
  .strictObject(
    { incoming: outgoing.extend({ executingUser: userName.optional() }), outgoing, serviceUser: userName },
    'Describe the levels by an object.',
  )
  .partial();

export type LevelsInput = z.input<typeof levelsInput>;

/** @throws InvalidInput, ApplinksError `not_found`, `conflict` */
export type SetLevels = (linkId: string, input: unknown, by: string | null) => Promise<Link>;

export function createSetLevels(context: Context, change: ChangeLink): SetLevels {
  const { host, allowImpersonation, clock } = context.config;

  const findUser = async (name: string, field: string): Promise<HostUser> => {
    const user = (await host.findUserByName?.(name)) ?? (await host.findUser(name));
    if (user) return user;
    throw new InvalidInput({ [field]: ['There is no such user.'] });
  };
  const executingUserId = async (name: string | null | undefined): Promise<string | null | undefined> => {
    if (!name) return name === undefined ? undefined : null;
    const field = 'incoming.executingUser';
    const user = await findUser(name, field);
    if (!(await host.isAdmin(user))) return user.id;
    throw new InvalidInput({
      [field]: [
        'Choose a user who is no administrator: whoever holds the key of the peer acts as this user.',
      ],
    });
  };
  const serviceUserId = async (name: string | null | undefined): Promise<string | null | undefined> =>
    name ? (await findUser(name, 'serviceUser')).id : name === undefined ? undefined : null;

  return async (linkId, input, by) => {
    const wanted = readInput(levelsInput, input);
    for (const direction of ['incoming', 'outgoing'] as const) {
      if (wanted[direction]?.impersonation && !allowImpersonation)
        throw new InvalidInput({
          [`${direction}.impersonation`]: [
            'Impersonation is switched off in this application: its developer has to set allowImpersonation.',
          ],
        });
    }
    const executing = await executingUserId(wanted.incoming?.executingUser);
    const service = await serviceUserId(wanted.serviceUser);
    const { threeLegged, twoLegged, impersonation } = wanted.incoming ?? {};
    return change(
      linkId,
      (link) => ({
        ...link,
        levels: consistent({
          ...link.levels,
          ...defined({ threeLegged, twoLegged, impersonation }),
          ...(executing === undefined ? {} : { executingUserId: executing }),
        }),
        outgoing: wanted.outgoing ? withOutgoing(link, defined(wanted.outgoing), clock()) : link.outgoing,
        serviceUserId: service === undefined ? link.serviceUserId : service,
      }),
      by,
    );
  };
}

/** 2LOi includes 2LO, and both depend on 3LO (3.1). */
function consistent<L extends OutgoingLevels | IncomingLevels>(levels: L): L {
  const impersonation = levels.threeLegged && levels.impersonation;
  return { ...levels, impersonation, twoLegged: levels.threeLegged && (levels.twoLegged || impersonation) };
}

function withOutgoing(link: Link, wanted: Partial<OutgoingLevels>, createdAtMs: number): Connection[] {
  const known = link.outgoing.find(({ kind }) => kind !== 'oauth2');
  const none = { threeLegged: false, twoLegged: false, impersonation: false };
  const levels = consistent({ ...none, ...known?.levels, ...wanted });
  if (!levels.threeLegged) return link.outgoing.filter((connection) => connection !== known);
  if (known) return link.outgoing.map((other) => (other === known ? { ...known, levels } : other));
  const connection: Connection = {
    id: randomUUID(),
    kind: 'oauth1-atlassian',
    preferred: link.outgoing.every(({ preferred }) => !preferred),
    levels,
    signingKeyId: null,
    settings: {},
    sealedSecret: null,
    createdAtMs,
  };
  return [...link.outgoing, connection];
}

function defined<T extends object>(values: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  const given = Object.entries(values).filter(([, value]) => value !== undefined);
  return Object.fromEntries(given) as { [K in keyof T]?: Exclude<T[K], undefined> };
}
