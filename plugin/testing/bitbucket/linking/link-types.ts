/** Application types and authentication providers by the names that travel (applinks-oauth1.md 1.5, 7.1). */
import { threeLeggedProvider } from '../oauth-urls.js';

const builtIn = ['stash', 'jira', 'confluence', 'bamboo', 'fecru', 'crowd', 'refapp'];

export const isKnownType = (typeId: string): boolean => typeId === 'generic' || builtIn.includes(typeId);

/** Built in and not generic: status checks apply. */
export const isAtlassianType = (typeId: string): boolean => builtIn.includes(typeId);

const authPackage = 'com.atlassian.applinks.api.auth.types.';

export const providerClasses = {
  threeLegged: threeLeggedProvider,
  twoLegged: `${authPackage}TwoLeggedOAuthAuthenticationProvider`,
  impersonating: `${authPackage}TwoLeggedOAuthWithImpersonationAuthenticationProvider`,
  basic: `${authPackage}BasicAuthenticationProvider`,
  trustedApps: `${authPackage}TrustedAppsAuthenticationProvider`,
} as const;
