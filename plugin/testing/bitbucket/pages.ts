/** What a person clicks through: the links, who is connected, and a build to run again by hand. */
import type { Answer, Incoming } from './answer.js';
import type { StandInContext } from './context.js';
import { runAction } from './build-operations.js';
import { buildResultPage, danceUrl } from './build-result-page.js';
import { html, page, type Html } from './html.js';
import { linksPath } from './link-form.js';
import { findBuild } from './known-build.js';
import { authorizedPath } from './oauth2-provider/paths.js';
import { tokenPagePath } from './provider/authorize-pages.js';
import type { KnownBuild, Link, User } from './state.js';

function linkRow(context: StandInContext, base: string, link: Link, user: User | undefined): Html {
  const isConnected = user && context.state.tokens.get(link.id, user.name)?.kind === 'access';
  return html`<tr>
    <td>${link.name}</td>
    <td><a href="${link.displayUrl}">${link.displayUrl}</a></td>
    <td>${isConnected ? 'you are connected' : 'not connected'}</td>
    <td><a href="${danceUrl(base, link, '/')}">Authorise</a></td>
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
    <p><a href="${base}/projects">Projects and repositories</a></p>
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
  const key = new URLSearchParams(incoming.body).get('key') ?? '';
  const found = findBuild(context, { commit: '', key });
  const result = found && (await runAction(context, found, 'ScheduleBuildAction', user));
  if (!result) return page('No such build', html`<p class="error">No build has this key.</p>`, 404);
  return buildResultPage(incoming, found, result, '/');
}
