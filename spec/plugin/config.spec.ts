import { randomBytes } from 'node:crypto';
import { expect } from 'chai';
import { parseOptions, type ApplinksOptions } from '../../plugin/config.js';
import { ApplinksError } from '../../plugin/errors.js';
import { memoryStore } from 'express-applinks';
import { TestHost } from '../support/kit-host.js';

function options(changes: object = {}): ApplinksOptions {
  return {
    baseUrl: 'https://ci.example.test/ci',
    application: { name: 'Sample CI', version: '1.0.0' },
    store: memoryStore(),
    keys: { encryption: [randomBytes(32).toString('base64')] },
    host: new TestHost('/ci'),
    scopes: { build: 'Start and stop builds' },
    ...changes,
  };
}

function messageOf(changes: object): string {
  try {
    parseOptions(options(changes));
  } catch (error) {
    expect(error).to.be.instanceOf(ApplinksError).with.property('code', 'invalid_options');
    return (error as ApplinksError).message;
  }
  throw new Error('the options were accepted');
}

describe('The options of createApplinks()', () => {
  it('get their defaults', () => {
    const config = parseOptions(options());
    expect(config.mountPath).to.equal('/ci');
    expect(config.lifetimes).to.deep.equal({
      requestTokenMs: 600_000,
      accessTokenMs: 31_536_000_000,
      sessionExtraMs: 2_592_000_000,
    });
    expect(config.restrictCallbackOrigins).to.equal(false);
    expect(config.paths).to.deep.equal({ requestToken: [], authorize: [], accessToken: [] });
    expect(config.clock()).to.be.closeTo(Date.now(), 1000);
  });

  it('give the authorization server its lifetimes and switches, within bounds', () => {
    expect(parseOptions(options()).oauth2).to.deep.equal({
      codeMs: 60_000,
      accessTokenMs: 3_600_000,
      refreshTokenMs: 90 * 86_400_000,
      authorizationMs: 365 * 86_400_000,
      dataCenterPaths: true,
      introspection: false,
      anyLoopbackPort: false,
    });
    expect(parseOptions(options({ oauth2: { authorizationMs: null } })).oauth2.authorizationMs).to.equal(
      null,
    );
    for (const oauth2 of [
      { codeMs: 9_999 },
      { codeMs: 600_001 },
      { accessTokenMs: 59_999 },
      { accessTokenMs: 86_400_001 },
      { refreshTokenMs: 3_599_999 },
      { refreshTokenMs: 366 * 86_400_000 },
      { authorizationMs: 0 },
    ]) {
      expect(messageOf({ oauth2 })).to.include(`oauth2.${Object.keys(oauth2)[0]}: `);
    }
  });

  it('offer one scope to OAuth 2.0 where there is none', () => {
    expect(parseOptions(options({ scopes: {} })).offeredScopes).to.have.all.keys('access');
    const scopes = { build: 'Start builds' };
    expect(parseOptions(options({ scopes })).offeredScopes).to.deep.equal(scopes);
  });

  it('lose trailing slashes of baseUrl', () => {
    expect(parseOptions(options({ baseUrl: 'https://ci.example.test/' }))).to.include({
      baseUrl: 'https://ci.example.test',
      mountPath: '',
    });
  });

  it('take an empty mountPath for a proxy that strips the path', () => {
    expect(parseOptions(options({ mountPath: '' })).mountPath).to.equal('');
  });

  for (const baseUrl of [
    'ci.example.test',
    'ftp://ci.example.test',
    'https://u:p@ci.example.test',
    'https://x/?a',
    '',
  ]) {
    it(`refuse the base URL ${JSON.stringify(baseUrl)} and say what it must be`, () => {
      expect(messageOf({ baseUrl })).to.match(/baseUrl: must be an absolute http or https URL/);
    });
  }

  for (const mountPath of ['ci', '/ci/', '/', '/c?i']) {
    it(`refuse the mount path ${JSON.stringify(mountPath)}`, () => {
      expect(messageOf({ mountPath })).to.match(/mountPath: must be empty or begin with a slash/);
    });
  }

  it('refuse an encryption key of the wrong size and say how to make one, without repeating it', () => {
    const short = randomBytes(16).toString('base64');
    const message = messageOf({ keys: { encryption: [short] } });
    expect(message).to.match(/keys\.encryption\.0: .*openssl rand -base64 32/);
    expect(message).not.to.include(short);
  });

  it('name the nearest option for a typo, also below the first level', () => {
    expect(messageOf({ baseurl: 'x' })).to.include('baseurl: unknown option; did you mean baseUrl?');
    const nested = messageOf({ application: { name: 'x', vresion: '1' } });
    expect(nested).to.include('application.vresion: unknown option; did you mean version?');
    expect(messageOf({ lifetimes: { requestTokenMS: 1 } })).to.include('did you mean requestTokenMs?');
  });

  it('offer no name when none is near', () => {
    expect(messageOf({ zzzzzzzz: 1 })).to.match(/zzzzzzzz: unknown option$/m);
  });

  it('are told all at once', () => {
    const message = messageOf({ baseUrl: 'x', mountPath: 'y', stroe: 1 });
    expect(message.split('\n')).to.have.length(4);
  });

  it('name the functions that host, store and logger must have', () => {
    expect(messageOf({ host: {} })).to.match(/host: must have the functions user, findUser, isAdmin, login/);
    expect(messageOf({ store: null })).to.match(/store: must have the functions/);
    expect(messageOf({ logger: { info: 1 } })).to.match(
      /logger: must have the functions debug, info, warn, error/,
    );
  });

  it('refuse scopes that OAuth cannot write', () => {
    expect(messageOf({ scopes: { 'two words': 'x' } })).to.match(/scopes/);
  });

  it('refuse lifetimes out of bounds', () => {
    expect(messageOf({ lifetimes: { requestTokenMs: 1 } })).to.match(/lifetimes\.requestTokenMs/);
  });

  for (const path of ['rest', '/a//b', '/a*', '/:id', '/a(b)', '/{x}', '/a/', '/a?b', '/a b']) {
    it(`refuses the alias path ${path} at construction`, () => {
      expect(messageOf({ paths: { requestToken: [path] } })).to.include(
        'paths.requestToken.0: must begin with a slash',
      );
    });
  }
  it('takes the alias paths of Jenkins', () => {
    const requestToken = ['/bitbucket/oauth/request-token', '/a.b_c~d-e/%C3%A4'];
    expect(parseOptions(options({ paths: { requestToken } })).paths.requestToken).to.deep.equal(requestToken);
  });
});
