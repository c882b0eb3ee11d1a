/** What a person sees after pressing the button of a build action: done, refused, or the way to authorise first. */
import type { Answer, Incoming } from './answer.js';
import { html, page } from './html.js';
import type { LinkedBuild } from './known-build.js';
import { dancePath } from './login-dance.js';
import type { CallResult } from './signed-call.js';
import type { Link } from './state.js';

/** `back`: where the dance ends, below the context path. */
export const danceUrl = (base: string, link: Link, back: string): string =>
  `${base}${dancePath}/authorize?${new URLSearchParams({ applicationLinkID: link.id, redirectUrl: base + back }).toString()}`;

export function buildResultPage(
  { base }: Incoming,
  { link, jobUrl }: LinkedBuild,
  result: CallResult,
  back: string,
): Answer {
  if (result.outcome === 'credentials-required') {
    return page(
      'Authorisation needed',
      html`<p>${link.name} does not know yet that you allow this.</p>
        <p><a href="${danceUrl(base, link, back)}">Authorise</a>, then run the build again.</p>`,
    );
  }
  const title = result.outcome === 'ok' ? 'The build was started' : 'The build was not started';
  return page(
    title,
    html`<p>${link.name} answered ${result.status ?? 0} ${result.problem ?? ''} ${result.advice ?? ''}</p>
      <pre>${result.body.slice(0, 2000)}</pre>
      <p><a href="${jobUrl}">See the job there</a> or <a href="${base}${back}">go back</a>.</p>`,
  );
}
