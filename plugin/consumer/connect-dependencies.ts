/** What the pages need on which users connect their accounts at peers. */
import type { Context } from '../context.js';
import type { Csrf } from '../http/csrf.js';
import type { RawBodies } from '../http/raw-body.js';
import type { TransactionCookie } from '../http/transaction-cookie.js';
import type { Views } from '../http/views.js';
import type { Dances } from './dance.js';
import type { OAuth2Flows } from './oauth2/flows.js';
import type { OAuth2Grants } from './oauth2/grants.js';

export interface ConnectDependencies {
  context: Context;
  views: Views;
  csrf: Csrf;
  rawBodies: RawBodies;
  cookies: TransactionCookie;
  dances: Dances;
  flows: OAuth2Flows;
  oauth2Grants: OAuth2Grants;
}
