/** Anti-forgery of the stand-in's own pages: the hidden field `atl_token` must be that of the session. */
import type { Answer, Incoming } from '../answer.js';
import { html, page, type Html } from '../html.js';

export const formTokenField = ({ formToken }: Pick<Incoming, 'formToken'>): Html =>
  html`<input type="hidden" name="atl_token" value="${formToken ?? ''}" />`;

export const hasFormToken = ({ formToken, body }: Pick<Incoming, 'formToken' | 'body'>): boolean =>
  formToken !== undefined && new URLSearchParams(body).get('atl_token') === formToken;

export const forgeryPage = (): Answer =>
  page(
    'Security token missing',
    html`<p class="error">This form did not come from this session. Go back and try again.</p>`,
    403,
  );
