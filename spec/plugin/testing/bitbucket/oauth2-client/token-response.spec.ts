import { expect } from 'chai';
import type { Reply } from '../scripted-provider.js';
import { endpoints, outgoingPair, refusal, tokens, type OutgoingPair } from './outgoing-pair.js';

const typed = (type: string | undefined): Reply =>
  tokens({}, { headers: type === undefined ? {} : { 'Content-Type': type } });
const written = (body: string): Reply => tokens({}, { body });

describe('O5: strictness of the parser, row by row of 1.6', () => {
  let pair: OutgoingPair;
  before(async () => (pair = await outgoingPair()));
  after(() => pair.stop());

  const outcomeOf = async (reply: Reply) => {
    pair.remote.replies[endpoints.token] = reply;
    const { outcome, error } = await pair.test();
    return { outcome, error };
  };

  const rows: Record<string, { accepted?: Record<string, Reply>; rejected?: Record<string, Reply> }> = {
    status: {
      accepted: { '200': tokens() },
      rejected: {
        '201': tokens({}, { status: 201 }),
        '204': { status: 204 },
        '202': tokens({}, { status: 202 }),
        '200 with an error': refusal('No.', 200),
      },
    },
    'content type': {
      accepted: {
        'without parameters': typed('application/json'),
        'in any case, with parameters': typed('Application/JSON ; charset=utf-8'),
      },
      rejected: {
        absent: typed(undefined),
        'text/json': typed('text/json'),
        'application/problem+json': typed('application/problem+json'),
        'application/jsonp': typed('application/jsonp'),
        'text/plain': typed('text/plain'),
      },
    },
    body: {
      accepted: { 'with white space at the end': written(`${tokens().body ?? ''} \n`) },
      rejected: {
        array: written(`[${tokens().body ?? ''}]`),
        'trailing data': written(`${tokens().body ?? ''}x`),
        comment: written(`/* ok */${tokens().body ?? ''}`),
        'single quotes': written((tokens().body ?? '').replaceAll('"', "'")),
        'cut in the middle': written((tokens().body ?? '').slice(0, -5)),
        nothing: written(''),
        HTML: written('<html></html>'),
      },
    },
    token_type: {
      accepted: {
        Bearer: tokens({ token_type: 'Bearer' }),
        bearer: tokens({ token_type: 'bearer' }),
        BEARER: tokens({ token_type: 'BEARER' }),
        DPoP: tokens({ token_type: 'DPoP' }),
        N_A: tokens({ token_type: 'N_A' }),
      },
      rejected: {
        absent: tokens({ token_type: undefined }),
        null: tokens({ token_type: null }),
        mac: tokens({ token_type: 'mac' }),
        'no string': tokens({ token_type: 1 }),
      },
    },
    access_token: {
      accepted: { 'of 20 000 characters': tokens({ access_token: 'a'.repeat(20_000) }) },
      rejected: {
        absent: tokens({ access_token: undefined }),
        null: tokens({ access_token: null }),
        blank: tokens({ access_token: ' ' }),
        'no string': tokens({ access_token: 17 }),
      },
    },
    expires_in: {
      accepted: {
        number: tokens({ expires_in: 3600 }),
        fraction: tokens({ expires_in: 3600.9 }),
        'string of digits': tokens({ expires_in: '3600' }),
        absent: tokens({ expires_in: undefined }),
        '0': tokens({ expires_in: 0 }),
      },
      rejected: {
        null: tokens({ expires_in: null }),
        'a word': tokens({ expires_in: 'hour' }),
        '"3600.0"': tokens({ expires_in: '3600.0' }),
        '""': tokens({ expires_in: '' }),
        boolean: tokens({ expires_in: true }),
      },
    },
    refresh_token: {
      accepted: { string: tokens({ refresh_token: 'rt' }) },
      rejected: {
        blank: tokens({ refresh_token: ' ' }),
        empty: tokens({ refresh_token: '' }),
        'no string': tokens({ refresh_token: 1 }),
        // Null is the same as absent, and is refused by the 30-day rule only (O6).
        null: tokens({ refresh_token: null }),
      },
    },
    scope: {
      accepted: {
        absent: tokens({ scope: undefined }),
        'other than asked for': tokens({ scope: 'nothing of that' }),
      },
      rejected: { array: tokens({ scope: ['read'] }), object: tokens({ scope: {} }) },
    },
    issued_token_type: {
      accepted: { URI: tokens({ issued_token_type: 'urn:ietf:params:oauth:token-type:access_token' }) },
      rejected: {
        'no URI': tokens({ issued_token_type: 'access token' }),
        'no string': tokens({ issued_token_type: 1 }),
      },
    },
    'other members': {
      accepted: { any: tokens({ created_at: 1_700_000_000, id_token: 7, error: 'none' }) },
    },
  };

  for (const [row, { accepted = {}, rejected = {} }] of Object.entries(rows)) {
    describe(row, () => {
      for (const [what, reply] of Object.entries(accepted)) {
        it(`accepts ${what}`, async () => {
          expect(await outcomeOf(reply)).to.deep.equal({ outcome: 'success', error: undefined });
        });
      }
      for (const [what, reply] of Object.entries(rejected)) {
        it(`rejects ${what}`, async () => {
          expect((await outcomeOf(reply)).outcome).to.equal('error');
        });
      }
    });
  }

  describe('what is shown of an error', () => {
    const shown = async (reply: Reply) => (await outcomeOf(reply)).error;

    it('is only its error_description, whatever code and status', async () => {
      expect(await shown(refusal('The code has expired.'))).to.equal('The code has expired.');
      expect(await shown(refusal('Try later.', 503, 'temporarily_unavailable'))).to.equal('Try later.');
    });

    it('is nothing when there is no description, or an illegible one', async () => {
      for (const text of [undefined, 'abgelaufen: gültig', 'the "code"', 'a\\b', 'a\tb']) {
        expect(await shown(refusal(text)), text).to.equal('');
      }
    });

    it('is nothing when the answer is no JSON or has another content type', async () => {
      const { body = '' } = refusal('Hidden.');
      expect(await shown({ status: 400, headers: { 'Content-Type': 'text/html' }, body })).to.equal('');
      expect(await shown({ status: 502, headers: { 'Content-Type': 'text/html' }, body: '<p>' })).to.equal(
        '',
      );
      expect(
        await shown({ status: 400, headers: { 'Content-Type': 'application/json' }, body: '{' }),
      ).to.equal('');
    });

    it('is what the library says of a 200 that it cannot parse', async () => {
      expect(await shown(tokens({ token_type: undefined }))).to.include('token_type');
      expect(await shown(refusal('Hidden.', 200)))
        .to.include('token_type')
        .and.not.to.include('Hidden');
    });
  });
});
