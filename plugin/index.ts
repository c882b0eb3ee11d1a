/** Public names of express-applinks. */
export type { ClientChange, ClientInput, SecretRotation } from './admin/clients/client-input.js';
export type { SavedClient } from './admin/clients/client-service.js';
export type { ConnectedAccount, ConnectedAccounts } from './admin/connected-accounts.js';
export type { CredentialChange, CredentialInput, LinkChange, LinkInput } from './admin/link-input.js';
export type { LevelsInput } from './admin/link-levels.js';
export type { SavedLink } from './admin/link-service.js';
export type { GrantedToken, TokenService } from './admin/token-service.js';
export { createApplinks, type Applinks, type Links } from './applinks.js';
export type { ApplinksOptions } from './config.js';
export type { ClientOptions, LinkClient, PeerFetch } from './consumer/link-client.js';
export type { LinkStatus, StatusCategory, StatusType, TestStep } from './consumer/status-types.js';
export type { CallInit } from './consumer/prepared-call.js';
export {
  ApplinksError,
  CredentialsMissing,
  CredentialsRequired,
  InvalidInput,
  LinkingFailed,
  OAuthChallenge,
  OAuthProblem,
  PeerRefused,
  PeerUnreachable,
  RateLimited,
  type ErrorCode,
  type PeerUnreachableKind,
  type ProblemCode,
} from './errors.js';
export { BearerRefused, OAuth2Error, type OAuth2ErrorCode } from './oauth2-errors.js';
export type { EventMap, EventName, Listener } from './events.js';
export type { Host, HostUser } from './host.js';
export type { RateLimiter } from './http/rate-limiter.js';
export type { Logger } from './logger.js';
export type { ApplinkCaller } from './provider/authenticate.js';
export type { BearerCaller } from './provider/oauth2/bearer-caller.js';
export type { AuthenticateOptions } from './provider/authenticate-middleware.js';
export type { SignedCaller } from './provider/signed-caller.js';
export type { ApplinksStrategy } from './provider/strategy.js';
export type * from './store/authorizations.js';
export type * from './store/deliveries.js';
export type * from './store/oauth2-client.js';
export type * from './store/outbox.js';
export type * from './store/outgoing.js';
export type * from './store/store.js';
export type * from './store/tokens.js';
export type * from './store/values.js';
export type { RepositoryPlace, Webhook, WebhookSecret, WebhookStore } from './store/webhooks.js';
export { mostWrongVerifiers } from './store/tokens.js';
export { memoryStore } from './store/memory-store.js';
export { postgresStore } from './store/postgres-store.js';
export { sqliteStore } from './store/sqlite-store.js';
export { sqliteDialect } from './store/sqlite-dialect.js';
