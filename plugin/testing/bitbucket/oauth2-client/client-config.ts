/** The record of an outgoing link (oauth2.md 1.1), as it is stored and as it is entered. */

export const providerTypes = ['google', 'microsoft', 'generic'] as const;
export type ProviderType = (typeof providerTypes)[number];

export interface ClientConfig {
  id: string;
  /** `generic` is what the pages call *Custom*. */
  type: ProviderType;
  name: string;
  description: string;
  clientId: string;
  clientSecret: string;
  authorizationEndpoint: string;
  tokenEndpoint: string;
  /** In order of code points, at least one. */
  scopes: readonly string[];
}

/** As it was entered: not checked yet. */
export interface WantedConfig extends Omit<ClientConfig, 'id' | 'type'> {
  type: string;
  redirectUriSuffix: string;
}
