/** What may be said of calls to a peer by OAuth 2.0: by a form, by JSON and by the host's own code alike. */
import { z } from 'zod';

const printable = /^[\x21-\x7e]+$/;
const address = z
  .string('Enter an https URL.')
  .trim()
  .max(2048, 'Use at most 2048 characters.')
  .refine((url) => printable.test(url) && URL.canParse(url), 'Enter an https URL.')
  .nullable();

const scopes = z
  .array(
    z
      .string('Give names of scopes.')
      .trim()
      .regex(/^[\x21\x23-\x5b\x5d-\x7e]{1,100}$/, 'This is not the name of a scope.'),
    'Give a list of scopes.',
  )
  .min(1, 'Choose at least one scope: servers refuse a request without one.')
  .max(50, 'Use at most 50 scopes.');

export const oauth2PresetNames = [
  'bitbucket',
  'jira',
  'confluence',
  'jira-cloud',
  'confluence-cloud',
  'custom',
] as const;

const preset = z.enum(oauth2PresetNames, 'Choose what the other application is.');

/** What is not mentioned stays as it is. */
export const oauth2OutgoingInput = z
  .strictObject(
    {
      preset,
      /** null: none yet, or in the cloud the one of this application. */
      clientId: z
        .string('Enter the client ID.')
        .trim()
        .regex(printable, 'Use printable characters without spaces.')
        .max(255, 'Use at most 255 characters.')
        .nullable(),
      clientSecret: z
        .string('Enter the client secret.')
        .trim()
        .regex(/^[\x20-\x7e]+$/, 'Use printable characters.')
        .max(1024, 'Use at most 1024 characters.'),
      scopes,
      /** Calls in our own name, where the peer issues tokens to the client itself. */
      clientCredentials: z.boolean('Choose true or false.'),
      preferred: z.boolean('Choose true or false.'),
      /** In Atlassian's cloud; to every other server PKCE is always used. */
      pkce: z.boolean('Choose true or false.'),
      /** Of a custom server; absent addresses are looked for in its metadata. */
      authorizeUrl: address,
      tokenUrl: address,
      revokeUrl: address,
      tokenAuthentication: z.enum(
        ['client_secret_post', 'client_secret_basic'],
        'Choose how the secret is sent.',
      ),
    },
    'Describe the connection by an object.',
  )
  .partial();

export type OAuth2OutgoingInput = z.input<typeof oauth2OutgoingInput>;

/** A link that has its callback URL before anything else of it is known. */
export const oauth2DraftInput = z.strictObject(
  {
    preset,
    name: z.string('Enter a name.').trim().min(1, 'Enter a name.').max(255, 'Use at most 255 characters.'),
    /** Base URL; of a site of Atlassian's cloud, such as `https://example.atlassian.net`. */
    url: address.default(null),
  },
  'Describe the link by an object.',
);

export type OAuth2DraftInput = z.input<typeof oauth2DraftInput>;
