/**
 * The sentences of errors, in two languages: real ones follow the language of whoever asks, so no client may depend on
 * a text, nor on its being ASCII (oauth2.md 2.5, 8.1 D12).
 */
export type Locale = 'en' | 'fr';

const texts = {
  missing: { en: 'A required parameter is missing: ', fr: 'Un paramètre requis est absent : ' },
  grant: { en: 'This grant type is not supported.', fr: 'Ce type d’autorisation n’est pas géré.' },
  response: { en: 'This response type is not supported.', fr: 'Ce type de réponse n’est pas géré.' },
  scope: { en: 'The requested scope is not valid.', fr: 'La portée demandée n’est pas valide.' },
  form: {
    en: 'The security token is missing or used.',
    fr: 'Le jeton de sécurité est absent ou déjà utilisé.',
  },
  client: { en: 'There is no such client.', fr: 'Ce client n’existe pas.' },
  redirect: {
    en: 'The redirect URI does not match.',
    fr: 'L’URI de redirection ne correspond à aucune adresse enregistrée.',
  },
  pkce: { en: 'The code challenge is not valid.', fr: 'Le défi du code n’est pas valide.' },
  verifier: {
    en: 'The code verifier does not match.',
    fr: 'Le vérificateur du code ne correspond pas à celui attendu, réessayez.',
  },
  redeemed: { en: 'The code was used before.', fr: 'Le code a déjà été utilisé.' },
  code: { en: 'The code is not valid.', fr: 'Le code n’est pas valide.' },
  credentials: {
    en: 'The client credentials are not valid.',
    fr: 'Les données d’identification du client sont erronées.',
  },
  refresh: { en: 'The refresh token is not valid.', fr: 'Le jeton de rafraîchissement n’est pas valide.' },
  lock: { en: 'The lock could not be obtained in time.', fr: 'Le verrou n’a pas pu être obtenu à temps.' },
  failure: { en: 'Something went wrong.', fr: 'Une erreur est survenue côté serveur.' },
  https: { en: 'OAuth 2.0 needs https.', fr: 'OAuth 2.0 exige https, même derrière un répartiteur.' },
  // A key that nobody translated.
  hint: {
    en: 'oauth2.rest.error.unsupported.token.type',
    fr: 'oauth2.rest.error.unsupported.token.type',
  },
} as const satisfies Record<string, Readonly<Record<Locale, string>>>;

export type Message = keyof typeof texts;

/** `detail` is the name of a parameter. */
export const messageText = (message: Message, locale: Locale, detail = ''): string =>
  texts[message][locale] + detail;
