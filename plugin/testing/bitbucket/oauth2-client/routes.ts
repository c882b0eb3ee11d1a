/** Every address of the OAuth 2.0 client: REST and servlet of the original, and pages for people (oauth2.md 1.1, 1.4, 1.8). */
import { page, html } from '../html.js';
import { on, type Route } from '../route.js';
import { adminPage, outgoingPath, type ClientPage } from './admin-page.js';
import { clientServlet, methodNotAllowed } from './callback-servlet.js';
import { clientRest, type ClientRestHandler } from './client-rest.js';
import { createPage, editPage, submitCreate, submitEdit } from './config-pages.js';
import {
  deleteConfig,
  listConfigs,
  postConfig,
  putConfig,
  showConfig,
  showConfigByName,
  showRedirectUri,
  tellUniqueness,
} from './config-rest.js';
import type { OAuth2ClientContext } from './context.js';
import { featurePage, featurePath, finishAuthorise, forFeature, submitAuthorise } from './feature-page.js';
import { postFlow, showFlow } from './flow-rest.js';
import { listPage, submitDelete } from './list-page.js';
import { callbackPath } from './redirect-uri.js';
import { submitTest, testedPage } from './test-page.js';

export const restPath = '/rest/oauth2-client/latest/config';
/** Where a test that no page began ends; its result is read by REST. */
export const finishedPath = '/plugins/servlet/oauth2/client/finished';

const config = '/rest/oauth2-client/(?:1\\.0|latest)/config';
const servlet = `${callbackPath}(?:/.*)?`;
const id = '([^/]+)';

export function oauth2ClientRoutes(context: OAuth2ClientContext): readonly Route[] {
  const rest = (handle: ClientRestHandler) => clientRest(context, handle);
  const admin = (handle: ClientPage) => adminPage(context, handle);
  return [
    on('GET', servlet, (incoming) => clientServlet(context, incoming)),
    on('POST', servlet, () => methodNotAllowed()),
    on('GET', `${finishedPath}/${id}`, () => page('Finished', html`<p>The result can be read now.</p>`)),

    on('GET', config, rest(listConfigs)),
    on('POST', config, rest(postConfig)),
    on('GET', `${config}/get-redirect-uri`, rest(showRedirectUri)),
    on('GET', `${config}/is-name-unique`, rest(tellUniqueness)),
    on('POST', `${config}/flow`, rest(postFlow)),
    on('GET', `${config}/flow/${id}`, rest(showFlow)),
    on('GET', `${config}/name/${id}`, rest(showConfigByName)),
    on('GET', `${config}/${id}`, rest(showConfig)),
    on('PUT', `${config}/${id}`, rest(putConfig)),
    on('DELETE', `${config}/${id}`, rest(deleteConfig)),

    on('GET', outgoingPath, admin(listPage)),
    on('GET', `${outgoingPath}/create`, admin(createPage)),
    on('POST', `${outgoingPath}/create`, admin(submitCreate)),
    on('GET', `${outgoingPath}/edit/${id}`, admin(editPage)),
    on('POST', `${outgoingPath}/edit/${id}`, admin(submitEdit)),
    on('POST', `${outgoingPath}/delete/${id}`, admin(submitDelete)),
    on('POST', `${outgoingPath}/test/${id}`, admin(submitTest)),
    on('GET', `${outgoingPath}/tested/${id}`, admin(testedPage)),

    on('GET', `${featurePath}/${id}`, forFeature(context, featurePage)),
    on('POST', `${featurePath}/${id}`, forFeature(context, submitAuthorise)),
    on('GET', `${featurePath}/${id}/back/${id}`, forFeature(context, finishAuthorise)),
  ];
}
