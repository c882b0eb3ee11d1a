/**
 * The servers that an administrator can choose by name (oauth2.md parts 3 and 4.1): which scopes they know, what each
 * allows and includes, how they take token requests, and where they tell whose token it is. Custom servers have none of
 * this: their endpoints and scopes are entered, or read from their metadata.
 */
export const presetNames = [
  'bitbucket',
  'jira',
  'confluence',
  'jira-cloud',
  'confluence-cloud',
  'custom',
] as const;

export type PresetName = (typeof presetNames)[number];

export interface KnownScope {
  name: string;
  /** For the administrator who chooses, and the user who is asked. */
  allows: string;
  /** Directly; what these include is included too. */
  includes: readonly string[];
}

export interface Preset {
  name: PresetName;
  label: string;
  /** Application type of a link to it. */
  linkType: string;
  kind: 'data-center' | 'cloud' | 'custom';
  scopes: readonly KnownScope[];
  /** Where it tells whose token it is, below the address of calls; null: nowhere that is known. */
  identity: { path: string; from: 'header' | 'body' } | null;
  /** Of the product in Atlassian's API gateway: `/ex/{product}/{cloudId}`. */
  cloudProduct?: 'jira' | 'confluence';
}

const scope = (name: string, allows: string, ...includes: string[]): KnownScope => ({
  name,
  allows,
  includes,
});

const dataCenterScopes = [
  scope('READ', 'see what the user sees'),
  scope('WRITE', 'change what the user may change', 'READ'),
  scope('ADMIN', 'administer what the user administers', 'WRITE'),
  scope('SYSTEM_ADMIN', 'administer the whole system', 'ADMIN'),
];

export const presets: Readonly<Record<PresetName, Preset>> = {
  bitbucket: {
    name: 'bitbucket',
    label: 'Bitbucket Data Center',
    linkType: 'stash',
    kind: 'data-center',
    scopes: [
      scope('PUBLIC_REPOS', 'see and clone public projects and repositories'),
      scope('ACCOUNT_WRITE', 'change the settings of the user’s own account', 'PUBLIC_REPOS'),
      scope(
        'REPO_READ',
        'see, clone and fork repositories, comment pull requests, post build status',
        'PUBLIC_REPOS',
      ),
      scope('REPO_WRITE', 'push to repositories and merge pull requests', 'REPO_READ'),
      scope('REPO_ADMIN', 'change settings, permissions and webhooks of repositories', 'REPO_WRITE'),
      scope('PROJECT_ADMIN', 'change settings of projects and create repositories', 'REPO_ADMIN'),
      scope('ADMIN_WRITE', 'do most of the administration', 'PROJECT_ADMIN', 'ACCOUNT_WRITE'),
      scope('SYSTEM_ADMIN', 'do all of the administration', 'ADMIN_WRITE'),
    ],
    identity: { path: '/rest/api/1.0/application-properties', from: 'header' },
  },
  jira: {
    name: 'jira',
    label: 'Jira Data Center',
    linkType: 'jira',
    kind: 'data-center',
    scopes: dataCenterScopes,
    identity: { path: '/rest/api/2/myself', from: 'body' },
  },
  confluence: {
    name: 'confluence',
    label: 'Confluence Data Center',
    linkType: 'confluence',
    kind: 'data-center',
    scopes: dataCenterScopes,
    identity: { path: '/rest/api/user/current', from: 'body' },
  },
  'jira-cloud': {
    name: 'jira-cloud',
    label: 'Jira Cloud',
    linkType: 'jira',
    kind: 'cloud',
    scopes: [
      scope('read:jira-user', 'see who the user is, and other users'),
      scope('read:jira-work', 'see projects and issues'),
      scope('write:jira-work', 'create, change and comment issues'),
      scope('manage:jira-project', 'change settings of projects'),
      scope('manage:jira-configuration', 'change global settings'),
      scope('manage:jira-webhook', 'manage webhooks'),
    ],
    identity: { path: '/rest/api/3/myself', from: 'body' },
    cloudProduct: 'jira',
  },
  'confluence-cloud': {
    name: 'confluence-cloud',
    label: 'Confluence Cloud',
    linkType: 'confluence',
    kind: 'cloud',
    // Not in the reference: Atlassian's documentation has its scopes, and it says 401 to a dead token, as all of the cloud.
    scopes: [],
    identity: null,
    cloudProduct: 'confluence',
  },
  custom: {
    name: 'custom',
    label: 'Another server',
    linkType: 'generic',
    kind: 'custom',
    scopes: [],
    identity: null,
  },
};
