/**
 * What an administrator of Bitbucket types into its form *Application links → Create link* (J A5). The three OAuth
 * URLs are relative to the host and include the context path: Bitbucket resolves them against the host's root, and
 * turns a full URL below the base URL into one without the context path (AL 5.1).
 */
import { publicPath, type Mount } from '../http/public-url.js';
import type { Credential } from '../store/store.js';

export interface PasteValue {
  /** Where copy buttons and labels point to. */
  id: string;
  label: string;
  value: string;
  /** Chosen from a list there, so there is nothing to copy. */
  isChoice?: boolean;
}

/** Fields in the order of Bitbucket's form, from *Application URL* to *Authorize URL*. */
export interface PasteValues {
  address: PasteValue[];
  identity: PasteValue[];
  urls: PasteValue[];
}

export function pasteValues(mount: Mount, applicationName: string, credential: Credential): PasteValues {
  const oauth = (step: string): string => publicPath(mount, `/plugins/servlet/oauth/${step}`);
  return {
    address: [{ id: 'application-url', label: 'Application URL', value: mount.baseUrl }],
    identity: [
      { id: 'application-name', label: 'Application Name', value: applicationName },
      { id: 'application-type', label: 'Application Type', value: 'Generic Application', isChoice: true },
      { id: 'service-provider-name', label: 'Service Provider Name', value: applicationName },
      { id: 'consumer-key', label: 'Consumer Key', value: credential.key },
    ],
    urls: [
      { id: 'request-token-url', label: 'Request Token URL', value: oauth('request-token') },
      { id: 'access-token-url', label: 'Access Token URL', value: oauth('access-token') },
      { id: 'authorize-url', label: 'Authorize URL', value: oauth('authorize') },
    ],
  };
}
