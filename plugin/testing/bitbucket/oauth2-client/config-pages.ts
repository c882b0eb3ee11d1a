/** *Create link* and *Edit* of an outgoing link for people (oauth2.md 5.4). */
import { redirect, type Answer, type Incoming } from '../answer.js';
import { html, page } from '../html.js';
import { noSuchLink, outgoingPath, type ClientPage } from './admin-page.js';
import { InvalidConfig, type FieldErrors } from './check-config.js';
import type { ClientConfig, WantedConfig } from './client-config.js';
import { configForm, enteredConfig } from './config-form.js';
import { addConfig, changeConfig } from './config-store.js';
import type { OAuth2ClientContext } from './context.js';

function formPage(
  context: OAuth2ClientContext,
  incoming: Incoming,
  filled: { entered: Partial<WantedConfig>; errors?: FieldErrors },
): Answer {
  const isNew = incoming.captures.length === 0;
  return page(
    isNew ? 'Create link' : 'Edit link',
    html`${isNew ? html`<p>External application, outgoing: we call it in the name of our users.</p>` : ''}
      ${configForm(context, incoming, filled)}
      <p><a href="${incoming.base}${outgoingPath}">Back to the list</a></p>`,
  );
}

function submit(context: OAuth2ClientContext, incoming: Incoming, stored: ClientConfig | undefined): Answer {
  const entered = enteredConfig(incoming.body, stored);
  if (new URLSearchParams(incoming.body).get('step') !== 'save') {
    return formPage(context, incoming, { entered });
  }
  try {
    if (stored) changeConfig(context, stored.id, entered);
    else addConfig(context, entered);
  } catch (error) {
    if (!(error instanceof InvalidConfig)) throw error;
    return formPage(context, incoming, { entered, errors: error.fieldErrors });
  }
  return redirect(incoming.base + outgoingPath);
}

export const createPage: ClientPage = (context, incoming) =>
  formPage(context, incoming, { entered: { type: 'generic' } });

export const submitCreate: ClientPage = (context, incoming) => submit(context, incoming, undefined);

export const editPage: ClientPage = (context, incoming) => {
  const stored = context.configs.get(incoming.captures[0] ?? '');
  return stored ? formPage(context, incoming, { entered: stored }) : noSuchLink();
};

export const submitEdit: ClientPage = (context, incoming) => {
  const stored = context.configs.get(incoming.captures[0] ?? '');
  return stored ? submit(context, incoming, stored) : noSuchLink();
};
