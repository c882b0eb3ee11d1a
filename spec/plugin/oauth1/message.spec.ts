import { expect } from 'chai';
import { readMessage } from '../../../plugin/oauth1/message.js';
import type { Pair } from '../../../plugin/oauth1/encoding.js';
import { refusal } from './refusal.js';

interface Places {
  url?: string;
  query?: string;
  header?: string;
  form?: string;
}

function read({ query, url, header, form }: Places) {
  return readMessage({
    method: 'POST',
    url: url ?? `https://ci.example.test/r${query === undefined ? '' : `?${query}`}`,
    authorization: header,
    form,
  });
}

/** Puts one parameter where RFC 5849 3.5 lets it travel. */
const places: Record<string, (name: string, value: string) => Places> = {
  header: (name, value) => ({ header: `OAuth ${name}="${value}"` }),
  query: (name, value) => ({ query: `${name}=${value}` }),
  form: (name, value) => ({ form: `${name}=${value}` }),
};

describe('Collecting the parameters of a request', () => {
  const requests: [what: string, request: Places, pairs: Pair[]][] = [
    ['nothing', {}, []],
    ['header, then query, then form', { form: 'a=3', query: 'a=2', header: 'OAuth a="1"' }, [['a', '1'], ['a', '2'], ['a', '3']]], // prettier-ignore
    ['no realm of the header', { header: 'OAuth realm="r",a="1"' }, [['a', '1']]],
    ['a realm of query and form', { query: 'realm=q', form: 'realm=f' }, [['realm', 'q'], ['realm', 'f']]], // prettier-ignore
    ['an empty query', { query: '' }, []],
    ['an empty form', { form: '' }, []],
    ['no body that is not a form', { query: 'a=1', form: undefined }, [['a', '1']]],
    ['a query with a second question mark', { query: 'a=1?b=2' }, [['a', '1?b=2']]],
    ['a query without a path', { url: 'https://ci.example.test?a=1' }, [['a', '1']]],
    ['a query alone', { url: '?a=1' }, [['a', '1']]],
    ['an empty query before a fragment', { url: 'https://ci.example.test/r?#a=1' }, []],
    ['no fragment', { url: 'https://ci.example.test/r?a=1#b=2' }, [['a', '1']]],
    ['no question mark of the fragment', { url: 'https://ci.example.test/r#?b=2' }, []],
    ['a plus of the query as a space', { query: 'q=a+b' }, [['q', 'a b']]],
    ['a plus of the form as a space', { form: 'q=a+b' }, [['q', 'a b']]],
    ['a plus of the header as a plus', { header: 'OAuth q="a+b"' }, [['q', 'a+b']]],
    ['%20 alike in all places', { header: 'OAuth q="a%20b"', query: 'q=a%20b', form: 'q=a%20b' }, [['q', 'a b'], ['q', 'a b'], ['q', 'a b']]], // prettier-ignore
    ['%2B alike in all places', { header: 'OAuth q="a%2Bb"', query: 'q=a%2Bb', form: 'q=a%2Bb' }, [['q', 'a+b'], ['q', 'a+b'], ['q', 'a+b']]], // prettier-ignore
    ['other names twice, over all places', { query: 'b=1&b=1', form: 'b=1' }, [['b', '1'], ['b', '1'], ['b', '1']]], // prettier-ignore
    ['empty values', { header: 'OAuth oauth_token=""', query: 'a=&b' }, [['oauth_token', ''], ['a', ''], ['b', '']]], // prettier-ignore
    ['JSON in a form body as the one odd name that it is', { form: '{"a":1}' }, [['{"a":1}', '']]],
    ['no credentials of another scheme', { header: 'Basic YTpi', form: 'a=1' }, [['a', '1']]],
    ['names in capitals as other names', { query: 'OAUTH_TOKEN=1&oauth_token=2&OAUTH_TOKEN=3' }, [['OAUTH_TOKEN', '1'], ['oauth_token', '2'], ['OAUTH_TOKEN', '3']]], // prettier-ignore
    ['names that only contain oauth_', { query: 'my_oauth_token=1&my_oauth_token=2' }, [['my_oauth_token', '1'], ['my_oauth_token', '2']]], // prettier-ignore
    ['UTF-8 of a form', { form: 'n=%C3%A9' }, [['n', 'é']]],
    ['control characters of what is not OAuth', { form: 'text=a%0D%0Ab%00' }, [['text', 'a\r\nb\0']]],
  ];
  for (const [what, request, pairs] of requests) {
    it(`reads ${what}`, () => expect(read(request).pairs).to.deep.equal(pairs));
  }

  it('keeps method and URL as they came', () => {
    const { method, url } = readMessage({
      method: 'get',
      url: 'HTTPS://CI.example.test:443/%7e?a',
      authorization: undefined,
      form: undefined,
    });
    expect([method, url]).to.deep.equal(['get', 'HTTPS://CI.example.test:443/%7e?a']);
  });

  it('tells how many pairs came in the header, a realm not counted', () => {
    const header = 'OAuth realm="r",a="1",b="2"';
    expect(read({ header, query: 'c=3', form: 'd=4' }).headerPairs).to.equal(2);
    expect(read({ query: 'c=3', form: 'd=4' }).headerPairs).to.equal(0);
    expect(read({ header: 'Bearer x', query: 'c=3' }).headerPairs).to.equal(0);
  });

  it('gives a value by name: the first one, empty ones too', () => {
    const message = read({ header: 'OAuth oauth_token=""', query: 'a=1&a=2' });
    expect(message.get('a')).to.equal('1');
    expect(message.get('oauth_token')).to.equal('');
    expect(message.get('oauth_nonce')).to.equal(undefined);
    expect(message.get('constructor')).to.equal(undefined);
  });
});

describe('A parameter of the protocol', () => {
  const names = [
    'oauth_consumer_key',
    'oauth_token',
    'oauth_signature_method',
    'oauth_signature',
    'oauth_timestamp',
    'oauth_nonce',
    'oauth_version',
    'oauth_callback',
    'oauth_verifier',
    'oauth_session_handle',
    'oauth_anything_new',
    'xoauth_requestor_id',
  ];
  for (const name of names) {
    it(`${name} may not occur twice, in whatever places`, () => {
      const twice: Places[] = [
        { header: `OAuth ${name}="1",${name}="1"` },
        { query: `${name}=1&${name}=1` },
        { form: `${name}=1&${name}=2` },
        { header: `OAuth ${name}="1"`, query: `${name}=1` },
        { header: `OAuth ${name}="1"`, form: `${name}=` },
        { query: `${name}=1`, form: `${name}=1` },
        { header: `OAuth ${name}=""`, query: `%${name.charCodeAt(0).toString(16)}${name.slice(1)}=1` },
      ];
      for (const request of twice) {
        const problem = refusal(() => read(request));
        expect(problem.problem).to.equal('parameter_rejected');
        expect(problem.fields).to.deep.equal({ oauth_parameters_rejected: name });
        expect(problem.reason).to.equal('An OAuth parameter occurs more than once.');
      }
    });
  }

  it('oauth_body_hash may not occur twice', () => {
    const problem = refusal(() => read({ query: 'oauth_body_hash=1', header: 'OAuth oauth_body_hash="1"' }));
    expect(problem.fields).to.deep.equal({ oauth_parameters_rejected: 'oauth_body_hash' });
  });

  it('is named with all others that occur twice, each once', () => {
    const query =
      'oauth_token=1&oauth_nonce=1&oauth_token=2&oauth_token=3&oauth_nonce=2&oauth_version=1.0&oauth_%20=&oauth_%20=';
    expect(refusal(() => read({ query })).fields).to.deep.equal({
      oauth_parameters_rejected: 'oauth_token&oauth_nonce&oauth_%20',
    });
  });

  const lengths: [name: string, most: number][] = [
    ['oauth_consumer_key', 255],
    ['oauth_token', 255],
    ['oauth_signature_method', 32],
    ['oauth_signature', 2048],
    ['oauth_timestamp', 12],
    ['oauth_nonce', 128],
    ['oauth_version', 16],
    ['oauth_callback', 4096],
    ['oauth_verifier', 255],
    ['oauth_session_handle', 255],
    ['oauth_anything_new', 4096],
    ['xoauth_requestor_id', 4096],
  ];
  for (const [name, most] of [...lengths, ['oauth_body_hash', 64] as const]) {
    for (const place of name === 'oauth_body_hash' ? ['header', 'query'] : ['header', 'query', 'form']) {
      it(`${name} has at most ${most} characters in the ${place}`, () => {
        const put = places[place]!;
        expect(read(put(name, 'x'.repeat(most))).get(name)).to.have.length(most);
        const problem = refusal(() => read(put(name, 'x'.repeat(most + 1))));
        expect(problem.problem).to.equal('parameter_rejected');
        expect(problem.fields).to.deep.equal({ oauth_parameters_rejected: name });
        expect(problem.reason).to.equal('An OAuth parameter is too long.');
      });
    }
  }

  it('counts characters after decoding', () => {
    expect(read({ query: `oauth_nonce=${'%20'.repeat(128)}` }).get('oauth_nonce')).to.have.length(128);
  });

  it('has a name of at most 64 characters, of which a longer one is cut in the answer', () => {
    const name = `oauth_${'n'.repeat(58)}`;
    expect(read({ query: `${name}=1` }).get(name)).to.equal('1');
    const problem = refusal(() => read({ query: `${name}%0D%0A=1` }));
    expect(problem.fields).to.deep.equal({ oauth_parameters_rejected: name });
    expect(problem.reason).to.equal('An OAuth parameter is too long.');
  });

  const controls = ['%00', '%09', '%0A', '%0D', '%1B', '%1F', '%7F', '%C2%80', '%C2%9F'];
  for (const control of controls) {
    it(`may not have the control character ${control}`, () => {
      for (const put of Object.values(places)) {
        const problem = refusal(() => read(put('oauth_token', `a${control}b`)));
        expect(problem.problem).to.equal('parameter_rejected');
        expect(problem.fields).to.deep.equal({ oauth_parameters_rejected: 'oauth_token' });
        expect(problem.reason).to.equal('An OAuth parameter has a control character.');
      }
    });
  }

  it('may have spaces, colons and letters of any language', () => {
    const message = read({ query: 'oauth_consumer_key=B%C3%BCro%3A+%E3%80%81%7E' });
    expect(message.get('oauth_consumer_key')).to.equal('Büro: 、~');
  });

  it('oauth_body_hash is for bodies that are not forms', () => {
    expect(read({ query: 'oauth_body_hash=x' }).get('oauth_body_hash')).to.equal('x');
    for (const form of ['', 'a=1', 'oauth_body_hash=x']) {
      const problem = refusal(() => read({ form, header: form.includes('hash') ? undefined : 'OAuth oauth_body_hash="x"' })); // prettier-ignore
      expect(problem.problem).to.equal('parameter_rejected');
      expect(problem.fields).to.deep.equal({ oauth_parameters_rejected: 'oauth_body_hash' });
      expect(problem.reason).to.equal('A form body is signed itself and must not have a body hash.');
    }
  });
});

describe('The size of a request', () => {
  it('is bounded by a URL of 16384 bytes', () => {
    const start = 'https://ci.example.test/';
    const url = start + 'x'.repeat(16_384 - start.length);
    expect(read({ url }).url).to.equal(url);
    const problem = refusal(() => read({ url: `${url}x` }));
    expect(problem.problem).to.equal('parameter_rejected');
    expect(problem.fields).to.deep.equal({});
    expect(problem.reason).to.match(/^The URL is longer than 16384 bytes or has characters/);
  });

  for (const character of ['é', ' ', '\t', '\n', '\x7f', '\0', '\ud800']) {
    it(`is bounded by a URL without ${JSON.stringify(character)}`, () => {
      for (const url of [
        `https://ci.example.test/${character}`,
        `https://ci.example.test/?a=${character}b`,
      ]) {
        const problem = refusal(() => read({ url }));
        expect(problem.problem).to.equal('parameter_rejected');
        expect(problem.reason).to.match(/must be percent-encoded\.$/);
      }
    });
  }

  it('is bounded by a form of 262144 characters', () => {
    const form = `a=${'x'.repeat(262_142)}`;
    expect(read({ form }).get('a')).to.have.length(262_142);
    const problem = refusal(() => read({ form: `${form}x` }));
    expect(problem.problem).to.equal('parameter_rejected');
    expect(problem.fields).to.deep.equal({});
    expect(problem.reason).to.equal('The form is longer than 262144 characters.');
  });

  it('is bounded by 256 parameters over all places', () => {
    const list = (count: number) => Array.from({ length: count }, () => 'a=1').join('&');
    const header = 'OAuth b="1",c="2"';
    expect(read({ header, query: list(100), form: list(154) }).pairs).to.have.length(256);
    for (const request of [
      { header, query: list(100), form: list(155) },
      { header, query: list(255) },
      { form: list(257) },
      { header: `OAuth ${Array.from({ length: 257 }, () => 'a="1"').join()}` },
    ]) {
      const problem = refusal(() => read(request));
      expect(problem.problem).to.equal('parameter_rejected');
      expect(problem.fields).to.deep.equal({});
      expect(problem.reason).to.equal('More than 256 parameters.');
    }
  });

  it('is bounded by a header of 8 KiB', () => {
    expect(refusal(() => read({ header: `OAuth a="${'x'.repeat(8200)}"` })).problem).to.equal(
      'parameter_rejected',
    );
  });

  for (const [place, put] of Object.entries(places)) {
    it(`does not excuse a malformed escape in the ${place}`, () => {
      for (const text of ['%', '%2', '%zz', '%FF', '%C0%AF']) {
        expect(refusal(() => read(put('a', text))).problem).to.equal('parameter_rejected');
        expect(refusal(() => read(put(`a${text}`, '1'))).problem).to.equal('parameter_rejected');
      }
    });
  }
});
