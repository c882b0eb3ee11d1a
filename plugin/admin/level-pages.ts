/**
 * The page that sets what a link may do in each direction, and the two small forms of a link's page: make it the primary
 * one of its type, and believe or refuse another key that its peer shows.
 */
import { ApplinksError, InvalidInput } from '../errors.js';
import type { Endpoint } from '../http/handler.js';
import type { Link } from '../store/store.js';
import type { SetLevels } from './link-levels.js';
import type { LinkPageDependencies } from './link-pages.js';
import type { LinkTrust } from './link-trust.js';
import { seeOther, type Visit } from './page-access.js';
import { trustPurpose } from './trust-purpose.js';

export interface LevelPageDependencies extends LinkPageDependencies {
  setLevels: SetLevels;
  trust: LinkTrust;
}

/** Names of fields and of the paths of `levelsInput` that they belong to. */
const fieldOf: Readonly<Record<string, string>> = {
  'incoming.executingUser': 'executing_user',
  'incoming.impersonation': 'incoming_2loi',
  'outgoing.impersonation': 'outgoing_2loi',
  serviceUser: 'service_user',
};

const levelsPurpose = (linkId: string): string => `levels of ${linkId}`;

export function showLevels(dependencies: LevelPageDependencies): Endpoint {
  const { access, links } = dependencies;
  return access.page('administrator', async (visit) => {
    const link = await links.get(visit.param('id'));
    await renderLevels(dependencies, visit, link, await valuesOf(dependencies, link), {});
  });
}

export function saveLevels(dependencies: LevelPageDependencies): Endpoint {
  const { access, links, setLevels, context } = dependencies;
  return access.form(
    'administrator',
    ({ param }) => levelsPurpose(param('id')),
    async (visit) => {
      const { form, user, res } = visit;
      const link = await links.get(visit.param('id'));
      const on = (name: string): boolean => form.has(name);
      const text = (name: string): string | null => {
        const typed = form.get(name)?.trim() ?? '';
        return typed === '' ? null : typed;
      };
      const input = {
        incoming: {
          threeLegged: on('incoming_3lo'),
          twoLegged: on('incoming_2lo'),
          impersonation: on('incoming_2loi'),
          executingUser: text('executing_user'),
        },
        outgoing: {
          threeLegged: on('outgoing_3lo'),
          twoLegged: on('outgoing_2lo'),
          impersonation: on('outgoing_2loi'),
        },
        serviceUser: text('service_user'),
      };
      try {
        await setLevels(link.id, input, user.id);
        seeOther(context, res, `/applinks/admin/links/${encodeURIComponent(link.id)}?done=saved`);
      } catch (error) {
        if (!(error instanceof InvalidInput)) throw error;
        const problems = Object.entries(error.fields).map(([path, said]) => [fieldOf[path] ?? path, said]);
        const values = Object.fromEntries(form) as Record<string, string>;
        await renderLevels(dependencies, visit, link, values, Object.fromEntries(problems) as Problems);
      }
    },
  );
}

type Problems = Record<string, readonly string[]>;

async function renderLevels(
  { views, context: { config } }: LevelPageDependencies,
  { res, formToken }: Visit,
  link: Link,
  values: Record<string, string>,
  problems: Problems,
): Promise<void> {
  const page = {
    link: {
      ...{ id: link.id, name: link.name },
      ...{ hasAddress: link.rpcUrl !== null, hasClients: link.clients.length > 0 },
    },
    form: { values: { executing_user: '', service_user: '', ...values }, problems },
    allowImpersonation: config.allowImpersonation,
    csrfToken: formToken(levelsPurpose(link.id)),
  };
  await views.render(res, 'link-levels', page, { status: Object.keys(problems).length === 0 ? 200 : 400 });
}

async function valuesOf(
  { context: { config } }: LevelPageDependencies,
  { levels, outgoing, serviceUserId }: Link,
): Promise<Record<string, string>> {
  const nameOf = async (id: string | null): Promise<string> =>
    id === null ? '' : ((await config.host.findUser(id))?.name ?? id);
  const ours = outgoing.find(({ kind }) => kind !== 'oauth2')?.levels;
  const checked = {
    incoming_3lo: levels.threeLegged,
    incoming_2lo: levels.twoLegged,
    incoming_2loi: levels.impersonation,
    outgoing_3lo: ours?.threeLegged ?? false,
    outgoing_2lo: ours?.twoLegged ?? false,
    outgoing_2loi: ours?.impersonation ?? false,
  };
  return {
    ...Object.fromEntries(Object.entries(checked).flatMap(([name, isOn]) => (isOn ? [[name, '1']] : []))),
    executing_user: await nameOf(levels.executingUserId),
    service_user: await nameOf(serviceUserId),
  };
}

/** `primary`, or `accept_key` and `refuse_key` with the consumer and the key that the page showed. */
export function decideTrust({ access, context, trust }: LevelPageDependencies): Endpoint {
  return access.form(
    'administrator',
    ({ param }) => trustPurpose(param('id')),
    async ({ form, user, res, param }) => {
      const [id, credential] = [param('id'), form.get('credential') ?? ''];
      if (form.has('primary')) await trust.makePrimary(id, user.id);
      else if (form.has('accept_key'))
        await trust.acceptKey(id, credential, form.get('public_key') ?? '', user.id);
      else if (form.has('refuse_key')) await trust.refuseKey(id, credential, user.id);
      else throw new ApplinksError('invalid_input', 400, 'Choose what to do.');
      seeOther(context, res, `/applinks/admin/links/${encodeURIComponent(id)}?done=saved`);
    },
  );
}
