/**
 * The provider's own addresses answer before the OAuth 1.0a filter, which would put its challenge on their 401s
 * (oauth2.md 2.5: no `WWW-Authenticate`); everything else goes on as whoever an access token names.
 */
import type { StandInContext } from '../context.js';
import { answerFrom, type Route } from '../route.js';
import { withAccessToken, type Answering } from './resource-filter.js';

export const withOAuth2 = (context: StandInContext, routes: readonly Route[], next: Answering): Answering =>
  withAccessToken(
    context,
    async (incoming, headers) => (await answerFrom(routes, incoming, headers)) ?? next(incoming, headers),
  );
