/** Incoming OAuth 2.0 links in the administrator's list of all links (oauth2.md 2.8, Listing). */
import type { Incoming } from '../answer.js';
import type { StandInContext } from '../context.js';
import { html, type Html } from '../html.js';
import type { OAuth2Client } from './memory.js';
import { incomingLinksPath } from './paths.js';

export const pageOf = ({ base }: Pick<Incoming, 'base'>, { id }: OAuth2Client): string =>
  `${base}${incomingLinksPath}/${id}`;

/** The original's list loses the port. */
function addressOf({ redirects }: OAuth2Client): string {
  const { protocol, hostname } = new URL(redirects[0] ?? 'http://localhost');
  return `${protocol}//${hostname}`;
}

export const incomingLinkRows = ({ oauth2 }: StandInContext, base: string): readonly Html[] =>
  [...oauth2.clients.values()].map(
    (client) =>
      html`<tr>
        <td>
          <div>${client.name} (generic, OAuth 2.0)</div>
          <div>${addressOf(client)}</div>
        </td>
        <td>Incoming</td>
        <td>Non-Atlassian <a href="${pageOf({ base }, client)}">View credentials of ${client.name}</a></td>
      </tr>`,
  );
