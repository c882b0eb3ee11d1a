/**
 * Listens to the whole run for secrets.ts, and appends the suite that searches what was heard: it is made when the
 * run has begun, so it comes after every file's.
 */
import { expect } from 'chai';
import { subscribe } from 'node:diagnostics_channel';
import type { IncomingMessage, ServerResponse } from 'node:http';
import Mocha from 'mocha';
import { inspect } from 'node:util';
import {
  captureError,
  captureOutput,
  captureUrl,
  places,
  rememberSecret,
  secretKinds,
  watch,
  type SecretKind,
} from './secrets.js';

subscribe('applinks', (event) =>
  watch.capture(inspect(event, { depth: 12, maxStringLength: null }), 'event'),
);

subscribe('http.server.request.start', (message) => {
  const { headers, url = '' } = (message as { request: IncomingMessage }).request;
  if (headers.referer !== undefined) captureUrl(headers.referer);
  rememberQuery(url);
  const { authorization = '' } = headers;
  for (const [, name, value = ''] of authorization.matchAll(/\b(oauth_signature|oauth_token)="([^"]*)"/g)) {
    rememberSecret(decoded(value), name === 'oauth_token' ? 'access token' : 'signature');
  }
});

subscribe('http.server.response.finish', (message) => {
  const { response } = message as { response: ServerResponse };
  for (const url of headerOf(response, 'location')) {
    captureUrl(url);
    rememberQuery(url);
  }
  for (const challenge of headerOf(response, 'www-authenticate')) captureError(challenge);
});

/** What the protocols' redirects carry; it may be in no log. */
function rememberQuery(url: string): void {
  for (const [, name = '', value = ''] of url.matchAll(/[?&](oauth_token|oauth_verifier|code)=([^&#]*)/g)) {
    rememberSecret(decoded(value), inRedirects[name] ?? 'verifier');
  }
}

const inRedirects: Readonly<Record<string, SecretKind>> = {
  oauth_token: 'request token',
  oauth_verifier: 'verifier',
  code: 'code',
};

function headerOf(response: ServerResponse, name: string): string[] {
  const value = response.getHeader(name);
  return value === undefined ? [] : [value].flat().map(String);
}

function decoded(value: string): string {
  try {
    return decodeURIComponent(value);
  } catch {
    return value;
  }
}

for (const stream of [process.stdout, process.stderr]) {
  const write = stream.write.bind(stream);
  stream.write = (chunk: string | Uint8Array, ...rest: unknown[]): boolean => {
    captureOutput(chunk);
    return Reflect.apply(write, stream, [chunk, ...rest]) === true;
  };
}

/** Set by scripts/test.ts when no spec was left out: only then can every kind be expected to have been there. */
const everySpecRuns = process.env.APPLINKS_WHOLE_SUITE === 'yes';

export const mochaHooks = {
  beforeAll(this: Mocha.Context): void {
    const root = this.test?.parent;
    if (!root) return;
    const suite = Mocha.Suite.create(root, 'the output of the whole run');
    suite.addTest(
      new Mocha.Test('holds no secret that the run made', () => {
        const leaks = new Set(
          watch.leaks().map(({ kind, place, excerpt }) => `${kind} in ${place}: ${excerpt}`),
        );
        if (leaks.size > 0) throw new Error([`${leaks.size} leaks`, ...[...leaks].slice(0, 20)].join('\n'));
      }),
    );
    if (!everySpecRuns) return;
    suite.addTest(
      new Mocha.Test('had secrets of every kind to hide, and every place to look at', () => {
        const counts = watch.counts();
        expect([...secretKinds, ...places].filter((name) => counts[name] === 0)).to.be.empty;
      }),
    );
  },
};
