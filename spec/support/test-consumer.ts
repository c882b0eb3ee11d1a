/**
 * A consumer that speaks to the kit over HTTP and signs with the published `signRequest`, which shares no code with
 * the kit. It remembers every secret that it sees, so that the run can be searched for them.
 */
import { signRequest, type SigningIdentity, type SignRequestOptions } from 'express-applinks/testing';
import { captureError, captureUrl, rememberSecret } from './secrets.js';

export interface Answer {
  status: number;
  headers: Headers;
  text: string;
  /** The body read as a form. */
  fields: Record<string, string>;
  /** `oauth_problem` of the challenge. */
  problem: string | undefined;
}

export interface Credentials {
  token: string;
  secret: string;
}

export interface AccessCredentials extends Credentials {
  sessionHandle: string;
}

export type Signing = Partial<SignRequestOptions>;

export const classicPaths = {
  requestToken: '/plugins/servlet/oauth/request-token',
  authorize: '/plugins/servlet/oauth/authorize',
  accessToken: '/plugins/servlet/oauth/access-token',
};

export class TestConsumer {
  constructor(
    readonly baseUrl: string,
    readonly identity: SigningIdentity,
    readonly paths = classicPaths,
  ) {
    if (identity.signatureMethod !== 'RSA-SHA1') rememberSecret(identity.consumerSecret, 'consumer secret');
  }

  /** Sends a signed request without following redirects. */
  async send(method: string, path: string, signing: Signing = {}): Promise<Answer> {
    const { headers, body, url, signature } = signRequest({
      method,
      url: this.baseUrl + path,
      identity: this.identity,
      ...signing,
    });
    rememberSecret(signature, 'signature');
    return send(url, { method, headers, ...(body === undefined ? {} : { body }) });
  }

  async askRequestToken(callback: string | undefined, signing: Signing = {}): Promise<Answer> {
    const protocol = given('oauth_callback', callback);
    return this.send('POST', this.paths.requestToken, { placement: 'form', protocol, ...signing });
  }

  async requestToken(callback = 'oob'): Promise<Credentials> {
    const answer = await this.askRequestToken(callback);
    return {
      token: rememberSecret(required(answer, 'oauth_token'), 'request token'),
      secret: rememberSecret(required(answer, 'oauth_token_secret'), 'token secret'),
    };
  }

  async swap(
    { token, secret }: Credentials,
    verifier: string | undefined,
    signing: Signing = {},
  ): Promise<Answer> {
    const protocol = given('oauth_verifier', verifier);
    return this.tokenCall({ placement: 'form', token, tokenSecret: secret, protocol, ...signing });
  }

  async accessToken(request: Credentials, verifier: string): Promise<AccessCredentials> {
    return accessCredentials(await this.swap(request, verifier));
  }

  async renew(
    { token, secret }: Credentials,
    handle: string | undefined,
    signing: Signing = {},
  ): Promise<Answer> {
    const protocol = given('oauth_session_handle', handle);
    return this.tokenCall({ placement: 'form', token, tokenSecret: secret, protocol, ...signing });
  }

  /** A signed resource request, header-placed as Atlassian does it. */
  async call(
    method: string,
    path: string,
    { token, secret }: Credentials,
    signing: Signing = {},
  ): Promise<Answer> {
    return this.send(method, path, { token, tokenSecret: secret, ...signing });
  }

  private tokenCall(signing: Signing): Promise<Answer> {
    return this.send('POST', this.paths.accessToken, signing);
  }
}

export function accessCredentials(answer: Answer): AccessCredentials {
  return {
    token: rememberSecret(required(answer, 'oauth_token'), 'access token'),
    secret: rememberSecret(required(answer, 'oauth_token_secret'), 'token secret'),
    sessionHandle: rememberSecret(required(answer, 'oauth_session_handle'), 'session handle'),
  };
}

export async function send(url: string, init: RequestInit): Promise<Answer> {
  const response = await fetch(url, { redirect: 'manual', ...init });
  const text = await response.text();
  const challenge = response.headers.get('www-authenticate') ?? '';
  if (response.status >= 400) {
    captureError(text);
    captureError(challenge);
  }
  captureUrl(response.headers.get('location') ?? '');
  return {
    status: response.status,
    headers: response.headers,
    text,
    fields: Object.fromEntries(new URLSearchParams(text)),
    problem: /oauth_problem="([^"]*)"/.exec(challenge)?.[1],
  };
}

function required(answer: Answer, name: string): string {
  const value = answer.fields[name];
  if (!value) throw new Error(`${name} is missing in the answer ${answer.status}: ${answer.text}`);
  return value;
}

function given(name: string, value: string | undefined): Record<string, string> {
  return value === undefined ? {} : { [name]: value };
}
