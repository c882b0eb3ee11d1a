/** What a person clicks through: the links, who is connected, and a build to run again by hand. */
import type { Answer, Incoming } from './answer.js';
import type { StandInContext } from './context.js';
import { startBuild } from './build-operations.js';
import { html, page, type Html } from './html.js';
import { linksPath } from './link-form.js';
import { dancePath } from './login-dance.js';
import { authorizedPath } from './oauth2-provider/paths.js';
import { tokenPagePath } from './provider/authorize-pages.js';
import type { KnownBuild, Link, User } from './state.js';

const danceUrl = (base: string, link: Link): string =>
  `${base}${dancePath}/authorize?${new URLSearchParams({ applicationLinkID: link.id, redirectUrl: `${base}/` }).toString()}`;

function linkRow(context: StandInContext, base: string, link: Link, user: User | undefined): Html {
  const isConnected = user && context.state.tokens.get(link.id, user.name)?.kind === 'access';
  return html`<tr>
    <td>${link.name}</td>
    <td><a href="${link.displayUrl}">${link.displayUrl}</a></td>
    <td>${isConnected ? 'you are connected' : 'not connected'}</td>
    <td><a href="${danceUrl(base, link)}">Authorise</a></td>
  </tr>`;
}

const buildForm = (base: string, build: KnownBuild): Html =>
  html`<form method="post" action="${base}/builds/run">
    <input type="hidden" name="key" value="${build.key}" />
    <code>${build.jobUrl}</code> <button>Run build again</button>
  </form>`;

const whoIs = (base: string, user: User): Html =>
  html`<form method="post" action="${base}/logout">
      Logged in as <strong>${user.name}</strong>. <button>Log out</button>
    </form>
    <p><a href="${base}${tokenPagePath}">Authorised applications</a></p>
    <p><a href="${base}${authorizedPath}">What you authorised over OAuth 2.0</a></p>
    ${user.admin ? html`<p><a href="${base}${linksPath}">Administer application links</a></p>` : ''}`;

export function startPage(context: StandInContext, incoming: Incoming): Answer {
  const { user, base } = incoming;
  const { links, builds } = context.state;
  return page(
    'Start',
    html`${user ? whoIs(base, user) : html`<p><a href="${base}/login">Log in</a></p>`}
      <h2>Application links</h2>
      <table>
        <tr>
          <th>Application</th>
          <th>URL</th>
          <th>Status</th>
          <th>Action</th>
        </tr>
        ${[...links.values()].map((link) => linkRow(context, base, link, user))}
      </table>
      <h2>Builds</h2>
      ${[...builds.values()].map((build) => buildForm(base, build))}`,
  );
}

/** The button "Run build again" of the start page, with what came of it. */
export async function runBuild(context: StandInContext, incoming: Incoming, user: User): Promise<Answer> {
  const build = context.state.builds.get(new URLSearchParams(incoming.body).get('key') ?? '');
  const link = build && context.state.links.get(build.linkId);
  if (!link) return page('No such build', html`<p class="error">No build has this key.</p>`, 404);
  const result = await startBuild(context, link, build, user);
  if (result.outcome === 'credentials-required') {
    return page(
      'Authorisation needed',
      html`<p>${link.name} does not know yet that you allow this.</p>
        <p><a href="${danceUrl(incoming.base, link)}">Authorise</a>, then run the build again.</p>`,
    );
  }
  const title = result.outcome === 'ok' ? 'The build was started' : 'The build was not started';
  return page(
    title,
    html`<p>${link.name} answered ${result.status ?? 0} ${result.problem ?? ''} ${result.advice ?? ''}</p>
      <pre>${result.body.slice(0, 2000)}</pre>
      <p><a href="${build.jobUrl}">See the job there</a> or <a href="${incoming.base}/">go back</a>.</p>`,
  );
}
