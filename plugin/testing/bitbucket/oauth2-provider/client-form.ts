/** The form of an incoming link: name, redirect URLs, and scopes to tick with what each allows (oauth2.md 2.8, UI). */
import type { Incoming } from '../answer.js';
import type { StandInContext } from '../context.js';
import { html, type Html } from '../html.js';
import type { ClientFields, Registration } from './clients.js';
import { scopeMeaning } from './scope-meaning.js';
import { scopeNames } from './scopes.js';

/** In Bitbucket nothing selected means PUBLIC_REPOS. */
export function fieldsOf({ state }: StandInContext, { body }: Incoming): ClientFields {
  const form = new URLSearchParams(body);
  const scope = form.getAll('scope').join(' ');
  return {
    name: form.get('name') ?? '',
    redirects: (form.get('redirects') ?? '').split(/\s+/).filter((line) => line !== ''),
    scope: scope === '' && state.product === 'stash' ? 'PUBLIC_REPOS' : scope,
  };
}

export function fieldset({ state }: StandInContext, { name, redirects, scope }: ClientFields): Html {
  const chosen = scope.split(' ');
  const box = (value: string): Html =>
    chosen.includes(value)
      ? html`<input type="checkbox" name="scope" value="${value}" checked />`
      : html`<input type="checkbox" name="scope" value="${value}" />`;
  return html`<label>Name <input name="name" value="${name}" required /></label>
    <label
      >Redirect URL, one a line <textarea name="redirects" required>${redirects.join('\n')}</textarea>
    </label>
    <fieldset>
      <legend>Application permissions</legend>
      ${scopeNames(state.product).map(
        (value) => html`<label>${box(value)} ${value}: ${scopeMeaning(state.product, value)}</label>`,
      )}
    </fieldset>`;
}

export const problems = (result: Registration | undefined): Html =>
  result && 'errors' in result
    ? html`<p class="error" id="problem">${Object.values(result.errors).flat().join(' ')}</p>`
    : html``;
