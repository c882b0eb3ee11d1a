import { expect } from 'chai';
import { createCipheriv, createHash, randomBytes } from 'node:crypto';
import { ApplinksError } from '../../../plugin/errors.js';
import { createSealer } from '../../../plugin/store/seal.js';

const key = Buffer.alloc(32, 1).toString('base64');
const otherKey = Buffer.alloc(32, 2).toString('base64');
const aad = 'links:7:consumerSecret';

function refusal(run: () => unknown): ApplinksError {
  try {
    run();
  } catch (error) {
    expect(error).to.be.instanceOf(ApplinksError);
    return error as ApplinksError;
  }
  return expect.fail('it was opened');
}

function expectDamaged(run: () => unknown, what?: string): ApplinksError {
  const error = refusal(run);
  expect(error.code, what).to.equal('sealed_value_damaged');
  expect(error.status).to.equal(500);
  expect(error.message).to.equal(
    'A stored secret cannot be opened: it was changed, moved to another row or cut. Create it again.',
  );
  return error;
}

function partsOf(sealed: string): string[] {
  return sealed.split('.');
}

describe('A sealed secret', () => {
  const sealer = createSealer([key]);

  for (const secret of ['s3cr3t value', '', 'é、\u{1f600}\r\n\0', 'x'.repeat(100_000)]) {
    it(`opens again: ${JSON.stringify(secret.slice(0, 20))}`, () => {
      expect(sealer.open(sealer.seal(secret, aad), aad)).to.equal(secret);
    });
  }

  it('opens in another process, with any text for its place', () => {
    for (const place of ['', 'links:1', 'é.:']) {
      expect(createSealer([key]).open(sealer.seal('secret', place), place)).to.equal('secret');
    }
  });

  it('has version, key id, 12 bytes of nonce, and text with 16 bytes of tag', () => {
    const [version, id, iv, box, ...rest] = partsOf(sealer.seal('secret', aad));
    expect(version).to.equal('v1');
    expect(id).to.match(/^[0-9a-f]{8}$/);
    expect(Buffer.from(iv!, 'base64url')).to.have.length(12);
    expect(Buffer.from(box!, 'base64url')).to.have.length('secret'.length + 16);
    expect(rest).to.deep.equal([]);
    expect([iv, box].join('')).to.match(/^[\w-]+$/);
  });

  it('shows neither the secret nor the key, and is another one each time', () => {
    const sealed = Array.from({ length: 100 }, () => sealer.seal('secret', aad));
    expect(new Set(sealed.map((text) => partsOf(text)[2])).size).to.equal(100);
    for (const text of sealed) {
      expect(Buffer.from(partsOf(text)[3]!, 'base64url').toString('latin1')).to.not.include('secret');
      expect(text).to.not.include(key.slice(0, 8));
    }
  });

  it('names its key by a digest of it that no other use of the key has', () => {
    const [, id] = partsOf(sealer.seal('secret', aad));
    const bytes = Buffer.from(key, 'base64');
    expect(id).to.equal(
      createHash('sha256').update('applinks key id').update(bytes).digest('hex').slice(0, 8),
    );
    expect(id).to.not.equal(createHash('sha256').update(bytes).digest('hex').slice(0, 8));
  });

  it('is AES-256-GCM, as node:crypto alone makes it', () => {
    const [, id] = partsOf(sealer.seal('', aad));
    const iv = randomBytes(12);
    const cipher = createCipheriv('aes-256-gcm', Buffer.from(key, 'base64'), iv).setAAD(Buffer.from(aad));
    const box = Buffer.concat([cipher.update('secret'), cipher.final(), cipher.getAuthTag()]);
    const sealed = ['v1', id, iv.toString('base64url'), box.toString('base64url')].join('.');
    expect(sealer.open(sealed, aad)).to.equal('secret');
  });
});

describe('A sealed secret that someone touched', () => {
  const sealer = createSealer([key]);
  const sealed = sealer.seal('secret', aad);
  const [version, id, iv, box] = partsOf(sealed) as [string, string, string, string];

  it('does not open in another place', () => {
    for (const place of ['links:8:consumerSecret', 'links:7:tokenSecret', `${aad} `, '']) {
      expect(expectDamaged(() => sealer.open(sealed, place)).cause).to.be.instanceOf(Error);
    }
  });

  it('does not open with any bit changed in nonce, text or tag', () => {
    for (const index of [2, 3]) {
      const bytes = Buffer.from(partsOf(sealed)[index]!, 'base64url');
      for (let bit = 0; bit < bytes.length * 8; bit += 1) {
        const changed = Buffer.from(bytes);
        changed.writeUInt8(changed.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3);
        const parts = partsOf(sealed);
        parts[index] = changed.toString('base64url');
        expectDamaged(() => sealer.open(parts.join('.'), aad), `part ${index}, bit ${bit}`);
      }
    }
  });

  it('does not open when the text is cut, down to nothing', () => {
    const bytes = Buffer.from(box, 'base64url');
    for (let length = 0; length < bytes.length; length += 1) {
      const cut = bytes.subarray(0, length).toString('base64url');
      expectDamaged(() => sealer.open([version, id, iv, cut].join('.'), aad), `${length} bytes`);
    }
  });

  it('does not open with a tag that is cut', () => {
    const empty = sealer.seal('', aad);
    const [, , emptyIv, tag] = partsOf(empty);
    for (const length of [4, 8, 12, 13, 14, 15]) {
      const cut = Buffer.from(tag!, 'base64url').subarray(0, length).toString('base64url');
      expectDamaged(() => sealer.open([version, id, emptyIv, cut].join('.'), aad), `${length} bytes`);
    }
  });

  const forms: [what: string, text: string][] = [
    ['nothing', ''],
    ['the secret itself', 'secret'],
    ['another version', [`v2`, id, iv, box].join('.')],
    ['no version', [id, iv, box].join('.')],
    ['no key id', ['v1', '', iv, box].join('.')],
    ['no nonce', ['v1', id, '', box].join('.')],
    ['no text', ['v1', id, iv, ''].join('.')],
    ['no last part', ['v1', id, iv].join('.')],
    ['a part more', `${sealed}.x`],
    ['an empty part more', `${sealed}.`],
    ['a nonce that is none', ['v1', id, '!', box].join('.')],
    ['parts exchanged', ['v1', id, box, iv].join('.')],
  ];
  for (const [what, text] of forms) {
    it(`does not open with ${what}`, () => {
      const error = expectDamaged(() => sealer.open(text, aad));
      expect(error.message).to.not.include('secret.');
    });
  }
});

describe('The key ring', () => {
  it('seals with the first key and opens with all', () => {
    const before = createSealer([key]).seal('secret', aad);
    const rotated = createSealer([otherKey, key]);
    expect(rotated.open(before, aad)).to.equal('secret');
    const after = rotated.seal('secret', aad);
    expect(createSealer([otherKey]).open(after, aad)).to.equal('secret');
    expect(partsOf(after)[1]).to.not.equal(partsOf(before)[1]);
  });

  it('names the key that is missing, by its id and not by its value', () => {
    const sealed = createSealer([key]).seal('secret', aad);
    const error = refusal(() => createSealer([otherKey]).open(sealed, aad));
    expect(error.code).to.equal('encryption_key_missing');
    expect(error.status).to.equal(500);
    expect(error.message).to.equal(
      `A stored secret was sealed with the encryption key ${partsOf(sealed)[1]}, ` +
        'which is not in keys.encryption. Add that key again.',
    );
    expect(error.cause).to.equal(undefined);
  });

  it('does not open with a wrong key under the right id', () => {
    const sealed = partsOf(createSealer([key]).seal('secret', aad));
    sealed[1] = partsOf(createSealer([otherKey]).seal('', aad))[1]!;
    expectDamaged(() => createSealer([otherKey]).open(sealed.join('.'), aad));
  });

  it('may not be empty', () => {
    const error = refusal(() => createSealer([]));
    expect(error.code).to.equal('invalid_options');
    expect(error.status).to.equal(500);
    expect(error.message).to.equal('keys.encryption needs at least one key.');
  });

  it('refuses a key that has not 32 bytes when it seals', () => {
    expect(() => createSealer([Buffer.alloc(16).toString('base64')]).seal('secret', aad)).to.throw(
      RangeError,
    );
  });
});
