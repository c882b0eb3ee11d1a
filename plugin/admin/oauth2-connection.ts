/** Calls by OAuth 2.0 as pages and JSON see them: what is known of a connection, and what can be done with it. */
import type { Connection, Link } from '../store/store.js';
import type { oauth2PresetNames } from './oauth2-outgoing-input.js';

export type PresetName = (typeof oauth2PresetNames)[number];

export interface OAuth2Settings {
  preset: PresetName;
  clientId: string | null;
  scopes: string[];
  authorizeUrl: string | null;
  tokenUrl: string | null;
  revokeUrl: string | null;
  issuer: string | null;
  isIssAnnounced: boolean;
  /** Asked for in Atlassian's cloud only: elsewhere PKCE is always used. */
  pkce: boolean;
  tokenAuthentication: 'client_secret_post' | 'client_secret_basic';
}

export interface OAuth2Preset {
  name: PresetName;
  label: string;
  linkType: string;
  kind: 'data-center' | 'cloud' | 'custom';
  scopes: readonly { name: string; allows: string; includes: readonly string[] }[];
}

export interface OAuth2Description {
  state: 'placeholder' | 'partial' | 'ready';
  /** What is not there yet, such as `the client secret`. */
  missing: string[];
  settings: OAuth2Settings;
  preset: OAuth2Preset;
  hasOwnSecret: boolean;
  /** The client is the one of the option `cloud`. */
  isVendorClient: boolean;
  authorizeUrl: string | null;
  tokenUrl: string | null;
  revokeUrl: string | null;
  issuer: string | null;
}

/** consumer/oauth2/connections.ts, handed in. */
export interface OAuth2Peers {
  readonly presets: readonly OAuth2Preset[];
  describe(link: Link, connection: Connection): OAuth2Description;
  read(connection: Connection): OAuth2Settings;
  write(settings: OAuth2Settings): Record<string, string>;
  callbackUrl(linkId: string): string;
  isSafeUrl(url: string): boolean;
  discover(
    baseUrl: string,
  ): Promise<
    | (Omit<OAuth2Settings, 'preset' | 'clientId' | 'scopes' | 'issuer' | 'pkce'> & { issuer: string })
    | undefined
  >;
}

export interface OAuth2OutgoingView extends OAuth2Description {
  linkId: string;
  linkName: string;
  connectionId: string;
  preferred: boolean;
  /** Calls in our own name are on. */
  clientCredentials: boolean;
  /** To be registered at the peer, byte by byte. */
  callbackUrl: string;
  /** What the administrator should know, such as a callback URL that no peer takes. */
  warnings: string[];
}

export interface OAuth2Outgoing {
  readonly presets: readonly OAuth2Preset[];
  /** A draft with id and callback URL, before any credential. @throws InvalidInput */
  createDraft(input: unknown, by: string | null): Promise<OAuth2OutgoingView>;
  /** Undefined when the link has no connection of this kind. @throws ApplinksError `not_found` */
  find(linkId: string): Promise<OAuth2OutgoingView | undefined>;
  /** Adds or changes it; a draft that has become ready is active. @throws InvalidInput, ApplinksError */
  save(linkId: string, input: unknown, by: string | null): Promise<OAuth2OutgoingView>;
  /** With the grants of all users. @throws ApplinksError `not_found` */
  remove(linkId: string, by: string | null): Promise<void>;
}
