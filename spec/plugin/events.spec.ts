import { expect } from 'chai';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { createEvents, type EventMap, type Events } from '../../plugin/events.js';

const issued: EventMap['request_token.issued'] = { linkId: 'link-1', credentialId: 'credential-1' };

describe('Events', () => {
  let events: Events;
  let failures: string[];
  beforeEach(() => {
    failures = [];
    events = createEvents((error, name) => failures.push(`${name}: ${String(error)}`));
  });

  it('reach every listener of their name, in the order of their coming, and no other', () => {
    const heard: unknown[] = [];
    events.on('request_token.issued', (event) => heard.push(['first', event]));
    events.on('request_token.issued', (event) => heard.push(['second', event]));
    events.on('request_token.locked', () => heard.push('another name'));
    events.emit('request_token.issued', issued);
    expect(heard).to.deep.equal([
      ['first', issued],
      ['second', issued],
    ]);
  });

  it('reach a listener once, however often it was added', () => {
    let heard = 0;
    const listener = (): void => void (heard += 1);
    events.on('request_token.issued', listener);
    events.on('request_token.issued', listener);
    events.emit('request_token.issued', issued);
    expect(heard).to.equal(1);
  });

  it('reach nobody who has left, and leaving twice does no harm', () => {
    let heard = 0;
    const listener = (): void => void (heard += 1);
    events.on('request_token.issued', listener);
    events.off('request_token.issued', listener);
    events.off('request_token.issued', listener);
    events.emit('request_token.issued', issued);
    expect(heard).to.equal(0);
  });

  it('need no listener', () => {
    expect(() => events.emit('request_token.issued', issued)).not.to.throw();
  });

  it('survive a listener that throws: the others hear, and the failure is told', () => {
    const heard: string[] = [];
    events.on('request_token.issued', () => {
      throw new Error('disk full');
    });
    events.on('request_token.issued', () => heard.push('second'));
    events.emit('request_token.issued', issued);
    expect(heard).to.deep.equal(['second']);
    expect(failures).to.deep.equal(['request_token.issued: Error: disk full']);
  });

  it('survive an async listener that rejects: no rejection is left unhandled', async () => {
    const unhandled: unknown[] = [];
    const note = (reason: unknown): unknown => unhandled.push(reason);
    process.on('unhandledRejection', note);
    try {
      // eslint would stop an author of the kit; a host in JavaScript has nobody to stop it.
      const listener: unknown = () => Promise.reject(new Error('database gone'));
      events.on('request_token.issued', listener as () => void);
      events.emit('request_token.issued', issued);
      await new Promise((resolve) => setTimeout(resolve, 5));
    } finally {
      process.off('unhandledRejection', note);
    }
    expect(unhandled).to.be.empty;
    expect(failures).to.deep.equal(['request_token.issued: Error: database gone']);
  });

  it('go to the diagnostics channel with their name', () => {
    const published: unknown[] = [];
    const listener = (message: unknown): void => void published.push(message);
    subscribe('applinks', listener);
    events.emit('request_token.issued', issued);
    unsubscribe('applinks', listener);
    expect(published).to.deep.equal([{ name: 'request_token.issued', ...issued }]);
  });

  it('of two emitters are heard apart', () => {
    const other = createEvents(() => undefined);
    let heard = 0;
    other.on('request_token.issued', () => void (heard += 1));
    events.emit('request_token.issued', issued);
    expect(heard).to.equal(0);
  });
});
