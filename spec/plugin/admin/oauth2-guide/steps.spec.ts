/** Which steps of the guide are done, and which one is next (oauth2.md part 5), from what is stored alone. */
import { expect } from 'chai';
import { stepsOf, type GuideFacts } from '../../../../plugin/admin/oauth2-guide/steps.js';
import { sampleSettings } from './sample-settings.js';

const placeholder = { uri: 'https://peer.example.test/', isPlaceholder: true };
const usable = { uri: 'https://peer.example.test/callback', isPlaceholder: false };
const nothing: GuideFacts = {
  calls: undefined,
  clients: [],
  seen: { attempt: undefined, status: undefined },
};
const draft = { state: 'placeholder', settings: sampleSettings, isVendorClient: false } as const;
const attempt = (stage: 'authorize' | 'token', isRefused: boolean) => ({
  clientId: 'c',
  stages: [{ stage, atMs: 0 }],
  parameters: { authorize: [], token: [] },
  calls: [],
  failure: isRefused ? { stage, error: 'invalid_request', description: '' } : null,
  atMs: 0,
});

const summary = (facts: Partial<GuideFacts>): string =>
  Object.values(stepsOf({ ...nothing, ...facts }))
    .map(({ number, name, state }) => `${number} ${name} ${state}`)
    .join(', ');

describe('The steps of the guide', () => {
  it('only one direction: the other one has no steps', () => {
    expect(summary({})).to.equal(
      '1 give-out next, 2 enter-there open, 3 redirect-uri open, 4 test-there open',
    );
  });

  it('a draft begins at the other side; letting it in is nobody’s next step until it is begun', () => {
    expect(summary({ calls: draft })).to.match(/^1 register-there next, 2 enter-here open, 3 test-here open/);
    const calls = { ...draft, state: 'ready', settings: { ...sampleSettings, clientId: 'x' } } as const;
    expect(summary({ calls })).to.match(/2 enter-here done, 3 test-here next, 4 give-out open/);
  });

  it('the client of the vendor needs no registration', () => {
    expect(summary({ calls: { ...draft, isVendorClient: true, state: 'ready' } })).to.match(
      /^1 register-there done, 2 enter-here done/,
    );
  });

  it('a placeholder is no redirect URI, and a refused address undoes the step', () => {
    const clients = [{ clientId: 'c', redirectUris: [placeholder] }];
    expect(summary({ clients })).to.match(/1 give-out done, 2 enter-there next, 3 redirect-uri open/);
    const corrected = [{ clientId: 'c', redirectUris: [usable] }];
    expect(summary({ clients: corrected })).to.include('3 redirect-uri done');
    const seen = { attempt: attempt('authorize', true), status: undefined };
    expect(summary({ clients: corrected, seen })).to.include('2 enter-there done, 3 redirect-uri next');
  });

  it('the peer’s test is done when it has got tokens, and is somebody else’s for another client', () => {
    const clients = [{ clientId: 'c', redirectUris: [usable] }];
    const passed = { attempt: attempt('token', false), status: undefined };
    expect(summary({ clients, seen: passed })).to.match(/4 test-there done$/);
    const refused = { attempt: attempt('token', true), status: undefined };
    expect(summary({ clients, seen: refused })).to.match(/4 test-there next$/);
    const other = [{ clientId: 'another', redirectUris: [usable] }];
    expect(summary({ clients: other, seen: passed })).to.match(/2 enter-there next/);
  });
});
