/** Public entry point `express-applinks/testing`: signer, browser and stand-ins for tests of one's own mount. */
export {
  signRequest,
  type SignedRequest,
  type SigningIdentity,
  type SignRequestOptions,
} from './sign-request.js';
export type { Parameter } from './base-string.js';
export type { Exchange, ExchangeRequest } from './http-exchange.js';
export {
  createBrowser,
  type MiniBrowser,
  type MiniBrowserOptions,
  type Page,
  type Submission,
} from './browser/mini-browser.js';
export type { Button, Field, Form } from './browser/forms.js';
export {
  bitbucketStandIn,
  type BitbucketStandIn,
  type BitbucketStandInOptions,
} from './bitbucket/stand-in.js';
export type { AccessToken } from './bitbucket/access-tokens/access-token.js';
export type { AccessTokensDriver, AccessTokenToCreate } from './bitbucket/access-tokens/driver.js';
export type {
  BuildState,
  BuildStatus,
  StatusSignature,
  TestResults,
} from './bitbucket/build-status/build-status.js';
export type { Deployment, DeploymentEnvironment } from './bitbucket/build-status/deployment.js';
export type { BuildStatusesDriver } from './bitbucket/build-status/driver.js';
export type { CapabilitySwitches } from './bitbucket/capabilities/switches.js';
export type { HostingDriver } from './bitbucket/hosting-driver.js';
export type { Mirror } from './bitbucket/mirrors/mirror.js';
export type { PullRequestsDriver, PullRequestToDrive } from './bitbucket/pull-requests/driver.js';
export type {
  PullRequest,
  PullRequestSide,
  PullRequestState,
} from './bitbucket/pull-requests/pull-request.js';
export type { Push, RepositoriesDriver, TagToMake } from './bitbucket/repositories/driver.js';
export type { Permission, Repository } from './bitbucket/repositories/repository.js';
export type { WebhooksDriver } from './bitbucket/webhooks/driver.js';
export type { WebhookSwitches } from './bitbucket/webhooks/memory.js';
export type { Delivery as WebhookDelivery, Webhook } from './bitbucket/webhooks/webhook.js';
export { enterLink, type Administrator, type EnteredLink, type LinkToEnter } from './bitbucket/enter-link.js';
export type { CallOptions, CallResult } from './bitbucket/signed-call.js';
export type { LinkingDriver, PasswordLink, PasswordLinkResult } from './bitbucket/linking/driver.js';
export type { OAuth2ProviderDriver } from './bitbucket/oauth2-provider/driver.js';
export type {
  AuditEntry as OAuth2AuditEntry,
  OAuth2Client,
  TokenPair as OAuth2TokenPair,
} from './bitbucket/oauth2-provider/memory.js';
export type { ClientFields as OAuth2ClientFields } from './bitbucket/oauth2-provider/clients.js';
export type {
  MetadataMode as OAuth2MetadataMode,
  OAuth2ProviderSwitches,
} from './bitbucket/oauth2-provider/switches.js';
export type { TokenFault as OAuth2TokenFault } from './bitbucket/oauth2-provider/token-faults.js';
export type { LinkingSwitches } from './bitbucket/linking/context.js';
export type { LinkStatus } from './bitbucket/linking/link-status.js';
export type { Level, Levels } from './bitbucket/linking/oauth-levels.js';
export type { ProbeResult } from './bitbucket/linking/probe.js';
export type {
  FlowOutcome,
  OAuth2ClientDriver,
  OAuth2Link,
  Passage,
} from './bitbucket/oauth2-client/driver.js';
export type { ClientConfig } from './bitbucket/oauth2-client/client-config.js';
export type { ClientToken, TokenStatus } from './bitbucket/oauth2-client/client-token.js';
export type { OAuth2ClientSwitches } from './bitbucket/oauth2-client/switches.js';
export type { UseOptions, UseResult } from './bitbucket/oauth2-client/use-token.js';
export type { Faults } from './bitbucket/faults.js';
export type { FaultyAnswer, RequestMatch } from './bitbucket/faulty-answers.js';
export type { IssuedToken } from './bitbucket/issued-token.js';
export type { ReceivedRequest } from './bitbucket/received.js';
export type {
  ConsumerToken,
  DanceResult,
  IncomingConsumer,
  KnownBuild,
  Link,
  Product,
  Project,
  User,
} from './bitbucket/state.js';
export type { Refusal } from './bitbucket/token-requests.js';
export { cloudStandIn, type CloudStandIn, type CloudStandInOptions } from './cloud/stand-in.js';
export type { CloudApp, Site } from './cloud/context.js';
export type { CloudGrant } from './cloud/grants.js';
export type { CloudSwitches } from './cloud/switches.js';
export { storeContract, type StoreUnderTest } from './store-contract/suite.js';
