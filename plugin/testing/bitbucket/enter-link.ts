/**
 * Enters a link at a Bitbucket, stand-in or real, by the five REST calls of an administrator's script
 * (jenkins-integration.md A5): create, read the id, provider, consumer; and delete when one of them fails.
 */
import { exchange, type Exchange } from '../http-exchange.js';
import { threeLeggedProvider } from './oauth-urls.js';
import { isRecord, parseJson, text } from './json-body.js';

export interface LinkToEnter {
  name: string;
  /** Of the application under test. */
  url: string;
  /** Default: `url`. */
  displayUrl?: string;
  /** Absent: Atlassian style, signed with the host key. */
  manual?: {
    consumerKey: string;
    sharedSecret: string;
    /** Beginning with a slash: resolved against the root of the host. */
    requestTokenUrl: string;
    accessTokenUrl: string;
    authorizeUrl: string;
  };
}

export interface EnteredLink {
  id: string;
  href: string;
  /** The fifth call. */
  remove(): Promise<void>;
}

export interface Administrator {
  name: string;
  password: string;
}

/** Throws an error that names the call and the answer. */
export async function enterLink(
  bitbucketUrl: string,
  admin: Administrator,
  link: LinkToEnter,
): Promise<EnteredLink> {
  const credentials = Buffer.from(`${admin.name}:${admin.password}`).toString('base64');
  const call = async (expected: number, method: string, url: string, body?: unknown): Promise<Exchange> => {
    const answer = await exchange({
      method,
      url,
      headers: {
        Authorization: `Basic ${credentials}`,
        Accept: 'application/json',
        'X-Atlassian-Token': 'no-check',
        ...(body !== undefined && { 'Content-Type': 'application/json' }),
      },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
    if (answer.status === expected) return answer;
    throw new Error(`${method} ${url} was answered ${answer.status}: ${answer.body.slice(0, 500)}`);
  };

  const created = await call(201, 'PUT', `${bitbucketUrl}/rest/applinks/3.0/applicationlink`, {
    name: link.name,
    rpcUrl: link.url,
    displayUrl: link.displayUrl ?? link.url,
    typeId: 'generic',
  });
  const href = hrefOf(parseJson(created.body));
  const remove = async (): Promise<void> => {
    await call(200, 'DELETE', href);
  };
  try {
    const shown = parseJson((await call(200, 'GET', href)).body);
    const id = isRecord(shown) ? text(shown.id) : undefined;
    if (!id) throw new Error(`${href} did not tell the id of the link.`);
    const { manual } = link;
    await call(201, 'PUT', `${href}/authentication/provider`, {
      provider: threeLeggedProvider,
      config: manual
        ? {
            'consumerKey.outbound': manual.consumerKey,
            'serviceProvider.requestTokenUrl': manual.requestTokenUrl,
            'serviceProvider.accessTokenUrl': manual.accessTokenUrl,
            'serviceProvider.authorizeUrl': manual.authorizeUrl,
          }
        : {},
    });
    if (manual) {
      const consumer = `${bitbucketUrl}/rest/applinks-oauth/1.0/applicationlink/${id}/authentication/consumer`;
      const { consumerKey: key, sharedSecret } = manual;
      await call(201, 'PUT', consumer, {
        key,
        name: link.name,
        sharedSecret,
        outgoing: true,
        twoLOAllowed: true,
      });
    }
    return { id, href, remove };
  } catch (error) {
    await remove();
    throw error;
  }
}

function hrefOf(body: unknown): string {
  const resources = isRecord(body) ? body['resources-created'] : undefined;
  const first: unknown = Array.isArray(resources) ? resources[0] : undefined;
  const href = isRecord(first) ? text(first.href) : undefined;
  if (!href) throw new Error('Bitbucket did not tell where the link was created.');
  return href;
}
