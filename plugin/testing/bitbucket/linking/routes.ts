/** Every address of the linking side with who may call it (applinks-oauth1.md 2.1, 2.4 to 2.6, 3, 7.3, 8, 9). */
import { createLink, listLinks, listProviders, showLink } from '../link-rest.js';
import { linksPath } from '../link-form.js';
import { on, type Route } from '../route.js';
import { forgeryChecked, linkingPage, newerRest, olderRest, type LinkingHandler } from './access.js';
import { amAdministrator, canReach } from './authentication-info.js';
import { listConsumers, putConsumer, showAuthentication } from './consumer-rest.js';
import type { LinkingContext } from './context.js';
import { deleteLink, deleteLocally, mayDeleteHere, mayDeleteThere } from './delete-rest.js';
import { remoteEntities } from './entities.js';
import { listPage, submitManualLink } from './list-page.js';
import { configurePage, configurePath, outgoingTab } from './configure-page.js';
import {
  addConsumerByUrl,
  autoconfigure,
  removeConfiguration,
  switchThreeLegged,
  switchTwoLegged,
} from './oauth-servlets.js';
import { putLevels, showLevels } from './oauth-status-rest.js';
import { putProvider } from './provider-rest.js';
import { putReciprocalLink } from './reciprocal-rest.js';
import { showStatus } from './status-rest.js';
import { makeLinkPrimary } from './remove-link.js';
import { linksOfType, manifestOfLink, primaryLink, remoteCapabilities } from './type-rest.js';
import { listV3, showV3, updateV3 } from './v3-links-rest.js';
import { relocate, updateLink } from './update-rest.js';
import { checkDetails, postAppLink, probeManifest } from './wizard-rest.js';
import { otherHalfPath, submitOtherHalf } from './other-half.js';
import { createPath, submitWizard, wizardPage } from './wizard-pages.js';
import { deletePath, submitDelete, testLink, testPath } from './list-actions.js';

const rest = '/rest/applinks/(?:1\\.0|2\\.0|3\\.0|latest)';
const links = '/rest/applinks/(1\\.0|2\\.0|3\\.0|latest)/applicationlink';
const newerLinks = '/rest/applinks/(2\\.0|3\\.0|latest)/applicationlink';
const oauthLinks = '/rest/applinks-oauth/(1\\.0|latest)/applicationlink';
const v3 = '/rest/applinks/(?:3\\.0|latest)';
const configuration = '/plugins/servlet/applinks/auth/conf/oauth';
const id = '([^/]+)';

export function linkingRoutes(context: LinkingContext): readonly Route[] {
  const admin = (handle: LinkingHandler) => olderRest(context, 'admin', handle);
  const adminV3 = (handle: LinkingHandler) => newerRest(context, 'admin', handle);
  const page = (handle: Parameters<typeof linkingPage>[2]) => linkingPage(context, 'admin', handle);
  return [
    on('GET', linksPath, page(listPage)),
    on('POST', linksPath, page(submitManualLink)),
    on('GET', createPath, page(wizardPage)),
    on('POST', createPath, page(submitWizard)),
    on('POST', otherHalfPath, page(submitOtherHalf)),
    on('GET', testPath, page(testLink)),
    on('POST', deletePath, page(submitDelete)),
    on('GET', configurePath, page(configurePage)),
    on('GET', `${configuration}/outbound/apl-redirect/${id}`, page(outgoingTab)),

    on('GET', `${rest}/applicationlinkForm/manifest(?:\\.json)?`, forgeryChecked(admin(probeManifest))),
    on('POST', `${rest}/applicationlinkForm/details`, admin(checkDetails)),
    on('POST', `${rest}/applicationlinkForm/createAppLink`, admin(postAppLink)),
    on('POST', `${rest}/relocateApplicationlink/${id}`, olderRest(context, 'system-admin', relocate)),
    on('GET', `${rest}/authenticationinfo`, admin(amAdministrator)),
    on('GET', `${rest}/authenticationinfo/id/${id}/url/(.*)`, admin(canReach)),

    on(
      'GET',
      links,
      admin(({ state }, incoming) => listLinks(state, incoming)),
    ),
    on(
      'PUT',
      newerLinks,
      admin(({ state }, incoming) => createLink(state, incoming)),
    ),
    on('GET', `${links}/type/${id}`, admin(linksOfType)),
    on('GET', `${links}/primary/${id}`, admin(primaryLink)),
    on('POST', `${links}/primary/${id}`, admin(makeLinkPrimary)),
    on('GET', `${rest}/manifest/${id}`, olderRest(context, 'user', manifestOfLink)),
    on('GET', `${v3}/capabilities/remote/${id}`, adminV3(remoteCapabilities)),
    on(
      'GET',
      `${links}/${id}`,
      admin(({ state }, incoming) => showLink(state, incoming)),
    ),
    on('PUT', `/rest/applinks/1\\.0/applicationlink/${id}`, (incoming, headers) =>
      admin(() => putReciprocalLink(context, incoming, headers))(incoming, headers),
    ),
    on('POST', `${newerLinks}/${id}`, admin(updateLink)),
    on('DELETE', `${links}/${id}`, admin(deleteLink)),
    on('GET', `${newerLinks}/${id}/authentication`, admin(showAuthentication)),
    on('GET', `${oauthLinks}/${id}/authentication`, admin(showAuthentication)),
    on(
      'GET',
      `${newerLinks}/${id}/authentication/provider`,
      admin(({ state }, incoming) => listProviders(state, incoming)),
    ),
    on('PUT', `${newerLinks}/${id}/authentication/provider`, admin(putProvider)),
    on('GET', `${oauthLinks}/${id}/authentication/consumer`, admin(listConsumers)),
    on('PUT', `${oauthLinks}/${id}/authentication/consumer`, admin(putConsumer)),

    on('GET', `${v3}/applinks`, adminV3(listV3)),
    on('GET', `${v3}/applinks/${id}`, adminV3(showV3)),
    on('PUT', `${v3}/applinks/${id}`, adminV3(updateV3)),
    on('DELETE', `${v3}/applinks/${id}`, adminV3(deleteLocally)),
    on('GET', `${v3}/status/${id}/oauth`, (incoming) => showLevels(context, incoming)),
    on('PUT', `${v3}/status/${id}/oauth`, adminV3(putLevels)),
    on('GET', `${v3}/status/${id}`, adminV3(showStatus)),

    on('GET', `${rest}/permission/delete-application/${id}`, (incoming) => mayDeleteHere(context, incoming)),
    on(
      'GET',
      `${rest}/permission/reciprocate-application-delete/${id}`,
      olderRest(context, 'user', mayDeleteThere),
    ),
    on('GET', `${rest}/entities/${id}`, olderRest(context, 'user', remoteEntities)),

    on('PUT', `${configuration}/autoconfig/${id}`, page(autoconfigure)),
    on('DELETE', `${configuration}/autoconfig/${id}`, page(removeConfiguration)),
    on('GET', `${configuration}/add-consumer-by-url/${id}(?:/INBOUND)?`, page(addConsumerByUrl)),
    on('GET', `${configuration}/outbound/apl/${id}`, page(switchThreeLegged)),
    on('GET', `${configuration}/outbound/apl-2lo/${id}`, page(switchTwoLegged)),
  ];
}
