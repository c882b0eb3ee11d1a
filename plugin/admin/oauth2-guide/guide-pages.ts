/**
 * The page that leads an administrator through a link over OAuth 2.0, on both sides (oauth2.md 5.1 to 5.4): what to enter
 * where and in which order, what is done already, and the forms for what the other side gives out. It is made anew from
 * what is stored each time, so it can be left half-way. A secret is rendered into the one answer that made it.
 */
import type { Context } from '../../context.js';
import { InvalidInput } from '../../errors.js';
import type { Endpoint } from '../../http/handler.js';
import type { Views } from '../../http/views.js';
import type { ClientService } from '../clients/client-service.js';
import { clientOf } from '../clients/client-service.js';
import { expectedRedirectUri } from '../clients/client-summary.js';
import type { OwnServer } from '../clients/own-server.js';
import type { LinkService } from '../link-service.js';
import type { Diagnose } from '../link-status.js';
import type { OAuth2Outgoing } from '../oauth2-connection.js';
import { seeOther, type PageAccess, type Submission } from '../page-access.js';
import {
  callsInput,
  callsProblems,
  clientProblems,
  enteredCalls,
  newClientInput,
  type EnteredGuide,
} from './guide-forms.js';
import { disconnectPurpose } from './calls-of-link.js';
import { guidePath } from './guide-path.js';
import { describeGuide, type GuideSources } from './guide-view.js';
import { readPreset } from './product.js';

export interface GuideDependencies extends GuideSources {
  context: Context;
  views: Views;
  access: PageAccess;
  links: LinkService;
  clients: ClientService;
  oauth2Outgoing: OAuth2Outgoing;
  diagnose: Diagnose;
  server: OwnServer;
}

const purposes = {
  calls: (id: string) => `enter OAuth 2.0 credentials ${id}`,
  client: (id: string) => `give out OAuth 2.0 credentials ${id}`,
  redirect: (id: string) => `enter redirect URI ${id}`,
  direction: (id: string) => `add calls by OAuth 2.0 ${id}`,
  disconnect: disconnectPurpose,
};

export function showGuide(dependencies: GuideDependencies): Endpoint {
  return dependencies.access.page('administrator', async (visit) => render(dependencies, visit, {}));
}

/**
 * Where the browser comes back to from *Test connection*: what is left of the round trip is done here, as this user. Who
 * is lured here makes the other side be asked once more, and nothing else.
 */
export function showTested({ access, context, diagnose, links }: GuideDependencies): Endpoint {
  return access.page('administrator', async ({ res, user, param }) => {
    const link = await links.get(param('id'));
    await diagnose(link, user);
    seeOther(context, res, guidePath(link.id, '#test-here'));
  });
}

export function saveCalls(dependencies: GuideDependencies): Endpoint {
  return handled(dependencies, 'calls', async ({ form, param, user }) => {
    const view = await dependencies.oauth2Outgoing.find(param('id'));
    await dependencies.oauth2Outgoing.save(param('id'), callsInput(form), user.id);
    return `?done=saved#${view?.state === 'ready' ? 'enter-here' : 'test-here'}`;
  });
}

/** A link that was made for the other direction gets this one, too. */
export function addCalls(dependencies: GuideDependencies): Endpoint {
  return handled(dependencies, 'direction', async ({ form, param, user }) => {
    await dependencies.oauth2Outgoing.save(param('id'), { preset: readPreset(form.get('preset')) }, user.id);
    return '#register-there';
  });
}

/** Of any user: an administrator may end what the application does in their name. */
export function disconnectAccount(dependencies: GuideDependencies): Endpoint {
  return handled(dependencies, 'disconnect', async ({ form, param }) => {
    await dependencies.accounts.disconnect({ id: form.get('account') ?? '', linkId: param('id') });
    return '?done=disconnected#accounts';
  });
}

export function giveOutClient(dependencies: GuideDependencies): Endpoint {
  const { access, clients, context, links, server } = dependencies;
  return access.form(
    'administrator',
    ({ param }) => purposes.client(param('id')),
    async (visit) => {
      const { form, param, user } = visit;
      const link = await links.get(param('id'));
      try {
        const expected = expectedRedirectUri(server, link);
        const input = newClientInput(form, expected, Object.keys(context.config.offeredScopes));
        const { client, secret } = await clients.addClient(link.id, input, user.id);
        await render(dependencies, visit, {
          ...(secret === undefined ? {} : { secret: { clientId: client.id, value: secret } }),
        });
      } catch (error) {
        if (!(error instanceof InvalidInput)) throw error;
        await render(dependencies, visit, clientProblems(form, error));
      }
    },
  );
}

/** What the other side shows wins over what we have computed; addresses in use stay (5.4 step 6), placeholders go. */
export function saveRedirectUri(dependencies: GuideDependencies): Endpoint {
  const { clients, links } = dependencies;
  return handled(dependencies, 'redirect', async ({ form, param, user }) => {
    const client = clientOf(await links.get(param('id')), form.get('client') ?? '');
    const uri = form.get('redirect_uri')?.trim() ?? '';
    const kept = client.redirectUris.filter((known) => !known.isPlaceholder && known.uri !== uri);
    const redirectUris = [{ uri, isPlaceholder: false }, ...kept];
    await clients.changeClient(param('id'), client.id, { redirectUris }, user.id);
    return '?done=saved#redirect-uri';
  });
}

/** @param act returns where the guide goes on */
function handled(
  dependencies: GuideDependencies,
  purpose: keyof typeof purposes,
  act: (submission: Submission) => Promise<string>,
): Endpoint {
  const { access, context } = dependencies;
  return access.form(
    'administrator',
    ({ param }) => purposes[purpose](param('id')),
    async (visit) => {
      try {
        const rest = await act(visit);
        seeOther(context, visit.res, guidePath(visit.param('id'), rest));
      } catch (error) {
        if (!(error instanceof InvalidInput)) throw error;
        const { form } = visit;
        await render(dependencies, visit, {
          values: purpose === 'calls' ? enteredCalls(form) : { redirect_uri: form.get('redirect_uri') ?? '' },
          ...(purpose === 'calls' ? { chosenScopes: form.getAll('scope') } : {}),
          problems: callsProblems(error),
        });
      }
    },
  );
}

async function render(
  dependencies: GuideDependencies,
  visit: Pick<Submission, 'res' | 'param' | 'query' | 'formToken' | 'user'>,
  entered: EnteredGuide,
): Promise<void> {
  const { res, param, query, formToken, user } = visit;
  const link = await dependencies.links.get(param('id'));
  const tokens = Object.entries(purposes).map(([name, purpose]) => [name, formToken(purpose(link.id))]);
  const page = await describeGuide(dependencies, link, user, entered, query);
  const data = { ...page, tokens: Object.fromEntries(tokens) as Record<string, string> };
  const hasProblems = Object.keys(entered.problems ?? {}).length > 0;
  await dependencies.views.render(res, 'oauth2-guide', data, { status: hasProblems ? 400 : 200 });
}
