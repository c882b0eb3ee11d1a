/** Every rule of a link's fields, with the sentence that an administrator reads at the field. */
import { expect } from 'chai';
import { createLinkSchemas, readInput } from '../../../plugin/admin/link-input.js';
import { InvalidInput } from '../../../plugin/errors.js';

const minuteMs = 60_000;
const dayMs = 24 * 60 * minuteMs;

const schemas = createLinkSchemas({
  scopes: { build: 'Start and stop builds', read: 'See builds' },
  lifetimes: { requestTokenMs: 10 * minuteMs, accessTokenMs: 365 * dayMs, sessionExtraMs: 0 },
});

const consumer = { key: 'bitbucket', signatureMethod: 'HMAC-SHA1' };
const urlRule = 'Enter an http or https URL with a host, without fragment, user name or password.';
const scopeRule = 'Choose from the scopes of this application.';
const accessRule = 'Choose between 1 minute and 10 years.';
const requestRule = 'Choose between 1 minute and 1 hour.';
const idleRule = 'Choose between 1 minute and 10 years, or none.';

function complaints(schema: keyof typeof schemas, input: unknown): InvalidInput['fields'] {
  try {
    readInput(schemas[schema], input);
  } catch (error) {
    if (error instanceof InvalidInput) return error.fields;
    throw error;
  }
  return {};
}

describe('What may be said of a consumer', () => {
  it('takes a key and a method, and fills in the rest', () => {
    expect(readInput(schemas.credential, consumer)).to.deep.equal({
      ...consumer,
      callbackUrl: null,
      allowInsecureMissingCallback: false,
      scopes: null,
      requestTokenLifetimeMs: 10 * minuteMs,
      accessTokenLifetimeMs: 365 * dayMs,
      idleTimeoutMs: null,
    });
  });

  const accepted: readonly [string, string, unknown, unknown?][] = [
    ['a key as peers make them', 'key', 'Bitbucket:0123456789'],
    ['a key with a space', 'key', 'Sample CI 1'],
    ['a key without what surrounds it', 'key', '  ci-key\n', 'ci-key'],
    ['a key of one character', 'key', 'x'],
    ['a key of 255 characters', 'key', 'x'.repeat(255)],
    ['a key of letters outside of ASCII', 'key', 'Größe-ключ'],
    ['a secret with every kind of sign', 'secret', 'p%ss wörd&="<>+'],
    ['a callback with query and port', 'callbackUrl', 'https://bb.example.test:7990/access?id=1&x=%20'],
    ['a callback on http', 'callbackUrl', 'http://bb.example.test/'],
    ['a callback by address', 'callbackUrl', 'https://[2001:db8::1]/access'],
    ['no callback', 'callbackUrl', null],
    ['all scopes', 'scopes', null],
    ['no scope', 'scopes', []],
    ['a scope once, however often it is named', 'scopes', ['read', 'build', 'read'], ['read', 'build']],
    ['the shortest time to decide', 'requestTokenLifetimeMs', minuteMs],
    ['the longest time to decide', 'requestTokenLifetimeMs', 60 * minuteMs],
    ['the shortest access', 'accessTokenLifetimeMs', minuteMs],
    ['the longest access', 'accessTokenLifetimeMs', 3650 * dayMs],
    ['no idle time-out', 'idleTimeoutMs', null],
    ['the shortest idle time-out', 'idleTimeoutMs', minuteMs],
  ];
  for (const [what, field, value, kept = value] of accepted) {
    it(`takes ${what}`, () => {
      expect(readInput(schemas.credential, { ...consumer, [field]: value })).to.have.deep.property(
        field,
        kept,
      );
      expect(readInput(schemas.credentialChange, { [field]: value })).to.deep.equal({ [field]: kept });
    });
  }

  const refused: readonly [string, string, unknown, string, string?][] = [
    ['an empty key', 'key', '', 'Enter a consumer key.'],
    ['a blank key', 'key', ' \t ', 'Enter a consumer key.'],
    ['a key that is no text', 'key', 17, 'Enter a consumer key.'],
    ['a key of 256 characters', 'key', 'x'.repeat(256), 'Use at most 255 characters.'],
    ['a key with a line break', 'key', 'a\nb', 'Use printable characters only.'],
    ['a key with a NUL', 'key', 'a\0b', 'Use printable characters only.'],
    ['a key with an escape', 'key', 'a\u001b[2Jb', 'Use printable characters only.'],
    ['a key with an invisible character', 'key', 'a\u200bb', 'Use printable characters only.'],
    ['a key that is written backwards', 'key', 'a\u202eb', 'Use printable characters only.'],
    ['a key with half a character', 'key', 'a\ud800b', 'Use printable characters only.'],
    ['a key with a line separator', 'key', 'a\u2028b', 'Use printable characters only.'],
    ['an empty secret', 'secret', '', 'Enter a shared secret.'],
    ['a blank secret', 'secret', '   ', 'Enter a shared secret.'],
    ['a secret of 256 characters', 'secret', 's'.repeat(256), 'Use at most 255 characters.'],
    ['a public key that is no text', 'publicKey', {}, 'Paste a public key or certificate.'],
    ['a public key of any length', 'publicKey', 'x'.repeat(16_385), 'This is too long for a key.'],
    ['a number as callback', 'callbackUrl', 80, urlRule],
    ['an empty callback', 'callbackUrl', '', urlRule],
    ['a callback without a scheme', 'callbackUrl', 'bb.example.test/access', urlRule],
    ['a callback that begins with the path', 'callbackUrl', '/access', urlRule],
    ['a callback without a host', 'callbackUrl', 'http:///access', urlRule],
    ['a callback that is a script (SECURITY-2639)', 'callbackUrl', 'javascript:alert(1)', urlRule],
    ['a script with capital letters', 'callbackUrl', 'JavaScript://host/%0aalert(1)', urlRule],
    ['a callback that is data', 'callbackUrl', 'data:text/html,<script>alert(1)</script>', urlRule],
    ['a callback to ftp', 'callbackUrl', 'ftp://bb.example.test/', urlRule],
    ['a callback to a file', 'callbackUrl', 'file://bb.example.test/etc', urlRule],
    ['a callback with a fragment', 'callbackUrl', 'https://bb.example.test/#x', urlRule],
    ['a callback with an empty fragment', 'callbackUrl', 'https://bb.example.test/#', urlRule],
    ['a callback with a user', 'callbackUrl', 'https://trusted@evil.example/', urlRule],
    ['a callback with a password', 'callbackUrl', 'https://a:b@evil.example/', urlRule],
    ['a callback with a backslash', 'callbackUrl', 'https://trusted\\@evil.example/', urlRule],
    ['a callback that splits a header', 'callbackUrl', 'https://a.example/\r\nSet-Cookie: x=1', urlRule],
    ['a callback of 2049 characters', 'callbackUrl', `https://a.example/${'x'.repeat(2031)}`, urlRule],
    ['yes in words', 'allowInsecureMissingCallback', 'yes', 'Choose true or false.'],
    ['a scope as text', 'scopes', 'build', 'Give a list of scopes, or null for all.'],
    ['an unknown scope', 'scopes', ['build', 'admin'], scopeRule, 'scopes.1'],
    ['a scope of another case', 'scopes', ['Build'], scopeRule, 'scopes.0'],
    ['a scope that every object has', 'scopes', ['toString'], scopeRule, 'scopes.0'],
    ['a scope that is a prototype', 'scopes', ['__proto__'], scopeRule, 'scopes.0'],
    ['a scope that is no text', 'scopes', [null], scopeRule, 'scopes.0'],
    ['more scopes than anybody has', 'scopes', Array(101).fill('build'), 'Use at most 100 scopes.'],
    ['too little time to decide', 'requestTokenLifetimeMs', minuteMs - 1, requestRule],
    ['too much time to decide', 'requestTokenLifetimeMs', 60 * minuteMs + 1, requestRule],
    ['too short an access', 'accessTokenLifetimeMs', minuteMs - 1, accessRule],
    ['too long an access', 'accessTokenLifetimeMs', 3650 * dayMs + 1, accessRule],
    ['an access without end', 'accessTokenLifetimeMs', Infinity, accessRule],
    ['a lifetime that is no number', 'accessTokenLifetimeMs', Number.NaN, accessRule],
    ['a broken millisecond', 'accessTokenLifetimeMs', minuteMs + 0.5, accessRule],
    ['a lifetime as text', 'accessTokenLifetimeMs', '60000', accessRule],
    ['access that never ends', 'accessTokenLifetimeMs', null, accessRule],
    ['too short an idle time-out', 'idleTimeoutMs', 0, idleRule],
    ['too long an idle time-out', 'idleTimeoutMs', 3650 * dayMs + 1, idleRule],
  ];
  for (const [what, field, value, sentence, at = field] of refused) {
    it(`refuses ${what}`, () => {
      expect(complaints('credential', { ...consumer, [field]: value })).to.deep.equal({ [at]: [sentence] });
      expect(complaints('credentialChange', { [field]: value })).to.deep.equal({ [at]: [sentence] });
    });
  }

  for (const signatureMethod of [null, '', 'PLAINTEXT', 'hmac-sha1', 'HMAC-SHA512', ['HMAC-SHA1']]) {
    it(`refuses the signature method ${JSON.stringify(signatureMethod)}`, () => {
      expect(complaints('credential', { ...consumer, signatureMethod })).to.deep.equal({
        signatureMethod: ['Choose a signature method.'],
      });
    });
  }

  it('does not let the method of a consumer be changed, nor what the kit itself sets', () => {
    for (const field of ['signatureMethod', 'kind', 'id', 'sealedSecret', 'createdAtMs']) {
      expect(complaints('credentialChange', { [field]: 'x' })).to.deep.equal({
        input: [`Unknown field ${field}.`],
      });
    }
  });
});

describe('What may be said of a link', () => {
  it('takes a name, and fills in the rest', () => {
    expect(readInput(schemas.link, { name: ' Bitbucket ' })).to.deep.equal({
      name: 'Bitbucket',
      type: 'generic',
      displayUrl: null,
      rpcUrl: null,
    });
  });

  it('keeps URLs without the slash at their end, as peers send them', () => {
    const urls = { displayUrl: 'https://bb.example.test/', rpcUrl: ' https://bb.internal:7990/bb// ' };
    expect(readInput(schemas.linkChange, urls)).to.deep.equal({
      displayUrl: 'https://bb.example.test',
      rpcUrl: 'https://bb.internal:7990/bb',
    });
  });

  const refused: readonly [string, object, string, string][] = [
    ['no name', { name: undefined }, 'name', 'Enter a name.'],
    ['a blank name', { name: '  ' }, 'name', 'Enter a name.'],
    ['a long name', { name: 'n'.repeat(256) }, 'name', 'Use at most 255 characters.'],
    ['a name of two lines', { name: 'Bitbucket\nadmin' }, 'name', 'Use printable characters only.'],
    ['a type with spaces', { type: 'a b' }, 'type', 'Use an application type such as generic or stash.'],
    ['a type that is no text', { type: 1 }, 'type', 'Use an application type such as generic or stash.'],
    ['a script as its URL', { displayUrl: 'javascript:alert(1)' }, 'displayUrl', urlRule],
    ['a script as its internal URL', { rpcUrl: 'javascript:alert(1)' }, 'rpcUrl', urlRule],
    ['a URL with a password', { rpcUrl: 'https://a:b@bb.example.test' }, 'rpcUrl', urlRule],
    ['a field that nobody knows', { nmae: 'x' }, 'input', 'Unknown field nmae.'],
    ['an id of the caller’s choice', { id: 'x' }, 'input', 'Unknown field id.'],
    ['levels by the back door', { levels: {} }, 'input', 'Unknown field levels.'],
    ['text as its consumer', { credential: 'x' }, 'credential', 'Describe the consumer by an object.'],
  ];
  for (const [what, change, field, sentence] of refused) {
    it(`refuses ${what}`, () => {
      expect(complaints('link', { name: 'Bitbucket', ...change })).to.deep.equal({ [field]: [sentence] });
    });
  }

  it('refuses what is no object at all', () => {
    for (const input of [null, undefined, 'x', 1, [], true]) {
      for (const schema of ['link', 'linkChange'] as const) {
        expect(complaints(schema, input)).to.deep.equal({ input: ['Describe the link by an object.'] });
      }
      for (const schema of ['credential', 'credentialChange'] as const) {
        expect(complaints(schema, input)).to.deep.equal({ input: ['Describe the consumer by an object.'] });
      }
    }
  });

  it('tells all problems at once, each at its own field, and in no complaint what was given as the secret', () => {
    const secret = 'very\nsecret';
    const input = {
      name: '',
      displayUrl: 'ftp://x',
      colour: 'red',
      credential: { key: '', secret, signatureMethod: 'PLAINTEXT', scopes: ['nope'], shape: 'round' },
    };
    const fields = complaints('link', input);
    expect(fields).to.deep.equal({
      name: ['Enter a name.'],
      displayUrl: [urlRule],
      input: ['Unknown field colour.'],
      'credential.key': ['Enter a consumer key.'],
      'credential.secret': ['Use printable characters only.'],
      'credential.signatureMethod': ['Choose a signature method.'],
      'credential.scopes.0': [scopeRule],
      credential: ['Unknown field shape.'],
    });
    expect(new InvalidInput(fields).message).not.to.include('secret\n').and.not.to.include('very');
  });
});
