/** What a user sees at the end of a login dance. Errors have status 200, as the original's have. */
import type { Answer } from './answer.js';
import { html, page } from './html.js';
import type { Refusal } from './token-requests.js';

export const errorPage = (title: string, refusal: Refusal): Answer =>
  page(
    title,
    html`<div class="error">
      <p>${refusal.message}</p>
      ${refusal.problem ? html`<p>Problem: <code id="oauth-problem">${refusal.problem}</code></p>` : ''}
      ${refusal.advice ? html`<p>Advice: <span id="oauth-advice">${refusal.advice}</span></p>` : ''}
    </div>`,
  );

/** `refusedTarget`: where the browser was to go, but may not. */
export const donePage = (message: string, base: string, refusedTarget: string | undefined): Answer =>
  page(
    refusedTarget ? 'Authorised, but the way back was refused' : 'Authorised',
    html`<p id="authorised">${message}</p>
      ${refusedTarget ? html`<p class="error">This address is not one of ours: <code>${refusedTarget}</code></p>` : ''}
      <p><a href="${base}/">Back to the start page</a></p>`,
  );
