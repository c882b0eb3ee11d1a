import { expect } from 'chai';
import { csrfTokenOf, startCi, submit, type TestCi } from '../support/test-ci.js';
import { temporaryFolder } from '../support/temporary-folder.js';
import { eventually } from '../support/waiting.js';

interface Event {
  id: string | undefined;
  name: string;
  data: string;
}

describe('the live log', () => {
  const folder = temporaryFolder(() => ci.close());
  let ci: TestCi;
  let headers: Record<string, string> = {};

  const open = async (): Promise<void> => {
    ci = await startCi({ dataDir: folder.path });
    const admin = await ci.as('admin');
    headers = {
      Cookie: admin.cookies.header(new URL(ci.baseUrl)),
      Origin: ci.baseUrl,
      'X-CSRF-Token': await csrfTokenOf(admin, ci.baseUrl),
    };
  };
  before(open);

  /** Sets the job's script and starts it; returns the address of the build without the host. */
  const run = async (script: string): Promise<string> => {
    const admin = await ci.as('admin');
    const form = await admin.get(`${ci.baseUrl}/job/demo/configure`);
    await submit(admin, form, '/configure', { scriptFrom: 'job', script });
    const answer = await fetch(`${ci.baseUrl}/job/demo/build`, { method: 'POST', headers });
    return new URL(answer.headers.get('location') ?? '').pathname;
  };

  /** Reads events until `enough` says so, then hangs up. */
  const watch = async (
    build: string,
    enough: (events: Event[]) => boolean,
    more: Record<string, string> = {},
    query = '',
  ): Promise<Event[]> => {
    const hangUp = new AbortController();
    const answer = await fetch(`${ci.baseUrl}${build}events${query}`, {
      headers: { ...headers, ...more },
      signal: hangUp.signal,
    });
    expect(answer.headers.get('content-type')).to.match(/^text\/event-stream/);
    const events: Event[] = [];
    let text = '';
    const decoder = new TextDecoder();
    try {
      for await (const chunk of answer.body ?? []) {
        text += decoder.decode(chunk as Uint8Array, { stream: true });
        const blocks = text.split('\n\n');
        text = blocks.pop() ?? '';
        for (const block of blocks) {
          const field = (name: string) => new RegExp(`^${name}: (.*)$`, 'm').exec(block)?.[1];
          const data = field('data');
          if (data !== undefined) {
            events.push({
              id: field('id'),
              name: field('event') ?? 'message',
              data: JSON.parse(data) as string,
            });
          }
        }
        if (enough(events)) break;
      }
    } finally {
      hangUp.abort();
    }
    return events;
  };
  const ended = (events: Event[]): boolean => events.some(({ name }) => name === 'end');
  const textOf = (events: Event[]): string =>
    events.flatMap(({ name, data }) => (name === 'message' ? [data] : [])).join('');
  const whole = async (build: string): Promise<string> =>
    (await fetch(`${ci.baseUrl}${build}consoleText`, { headers })).text();

  it('comes while the build runs, and says how it ended', async () => {
    const build = await run('echo first; sleep 0.3; echo second');
    let sawFirstAlone = false;
    const events = await watch(build, (sofar) => {
      const text = textOf(sofar);
      sawFirstAlone ||= text.includes('first\n') && !text.includes('second\n');
      return ended(sofar);
    });
    expect(sawFirstAlone).to.equal(true);
    expect(events.at(-1)).to.include({ name: 'end', data: 'succeeded' });
    expect(textOf(events))
      .to.equal(await whole(build))
      .and.to.match(/Finished: succeeded\n$/);
  });

  it('goes on where a lost connection stopped, by the offset of the last event', async () => {
    const build = await run('for i in 1 2 3 4 5 6; do echo "line $i äöü€😀"; sleep 0.1; done');
    const first = await watch(build, (events) => textOf(events).includes('line 2'));
    const lastId = first.at(-1)?.id ?? '';
    expect(Number(lastId)).to.equal(Buffer.byteLength(textOf(first)));
    const rest = await watch(build, ended, { 'Last-Event-ID': lastId });
    expect(textOf(first) + textOf(rest)).to.equal(await whole(build));
  });

  it('begins at the offset that the page has shown already, which the browser overrides later', async () => {
    const build = await run('echo 0123456789');
    await watch(build, ended);
    const text = await whole(build);
    expect(textOf(await watch(build, ended, {}, '?offset=5'))).to.equal(text.slice(5));
    expect(textOf(await watch(build, ended, { 'Last-Event-ID': '8' }, '?offset=5'))).to.equal(text.slice(8));
    for (const query of ['?offset=-1', '?offset=x', '?offset=1&offset=2', '?offset=99999999999999999999']) {
      expect(textOf(await watch(build, ended, {}, query)), query).to.equal(text);
    }
    expect(await watch(build, ended, {}, '?offset=999999')).to.deep.equal([
      { id: undefined, name: 'end', data: 'succeeded' },
    ]);
  });

  it('never cuts a character in two, and lets nothing of the log act as an event', async () => {
    const build = await run(
      `printf '\\303'; sleep 0.3; printf '\\244\\n'; printf 'event: end\\ndata: "x"\\n\\n'`,
    );
    const events = await watch(build, ended);
    expect(textOf(events)).to.include('ä\nevent: end\ndata: "x"\n\n');
    expect(events.filter(({ name }) => name === 'end')).to.have.length(1);
  });

  it('shows bytes that are no text at all as replacement characters', async () => {
    const build = await run(`printf 'a\\303'`);
    expect(textOf(await watch(build, ended))).to.include('a\ufffd');
  });

  it('goes on over a restart of the server', async () => {
    const build = await run('echo before; sleep 30');
    const first = await watch(build, (events) => textOf(events).includes('before\n'));
    await ci.close();
    await open();
    const rest = await watch(build, ended, { 'Last-Event-ID': first.at(-1)?.id ?? '' });
    expect(rest.at(-1)?.data).to.equal('interrupted');
    expect(textOf(first) + textOf(rest)).to.equal(await whole(build));
  });

  it('lies escaped in the page, for browsers without scripts', async () => {
    const build = await run(`echo '<script>alert(1)</script> & "quotes"'`);
    await watch(build, ended);
    const admin = await ci.as('admin');
    const { text } = await admin.get(`${ci.baseUrl}${build}`);
    expect(text)
      .to.include('&lt;script&gt;alert(1)&lt;/script&gt; &amp;')
      .and.not.to.include('<script>alert');
    expect(text).not.to.include('live-log.js');
  });

  it('tells a page that waits when the build is stopped before it began', async () => {
    const admin = await ci.as('admin');
    await submit(admin, await admin.get(`${ci.baseUrl}/settings`), '/settings', { executors: '0' });
    const build = await run('echo never');
    const watching = watch(build, ended);
    await eventually(async () => {
      const { status } = await fetch(`${ci.baseUrl}${build}stop`, { method: 'POST', headers });
      return status === 200 || undefined;
    });
    expect(await watching).to.deep.equal([{ id: undefined, name: 'end', data: 'stopped' }]);
    await submit(admin, await admin.get(`${ci.baseUrl}/settings`), '/settings', { executors: '2' });
  });
});
