import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import {
  config,
  FakeServer,
  freshPage,
  inside,
  leavePage,
  nextPage,
  open,
  pass,
} from './testing/page';

const PLACE = '<div data-rose-section="pricing"></div>';
let server: FakeServer;

beforeEach(() => {
  vi.useFakeTimers();
  freshPage(PLACE);
  server = new FakeServer();
});
afterEach(() => {
  leavePage();
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

const heading = () =>
  document.querySelector('[data-rose-section]')?.shadowRoot?.querySelector('h2');

describe('consent', () => {
  const required = { analytics: { consent: { required: true } } };
  const stored = () => localStorage.length + sessionStorage.length;

  it('is waited for: nothing sent, nothing stored, until it is given', async () => {
    server.config = config({ config: required });
    const rose = await open();
    inside('[data-rose-section]').querySelector<HTMLElement>('button.rose-question')?.click();
    await pass(60);
    expect(heading()).toBeTruthy();
    expect(server.events).toEqual([]);
    expect(stored()).toBe(0);
    rose.giveConsent(true);
    await pass(2);
    expect(server.names()).toEqual(['$pageview', 'widget_displayed']);
    expect(stored()).toBe(1);
  });

  it('is remembered on the next page', async () => {
    server.config = config({ config: required });
    const rose = await open();
    rose.giveConsent(true);
    await pass(2);
    nextPage(PLACE);
    await pass(1);
    server.events = [];
    await open();
    expect(server.names()).toEqual(['$pageview', 'widget_displayed']);
  });

  it('taken back, leaves nothing behind and sends nothing more', async () => {
    server.config = config({ config: required });
    const rose = await open();
    rose.giveConsent(true);
    await pass(2);
    const before = server.events.length;
    rose.ask('Never sent');
    rose.giveConsent(false);
    window.dispatchEvent(new Event('pagehide'));
    await pass(60);
    expect(server.events).toHaveLength(before);
    expect(stored()).toBe(0);
  });

  it('given before the configuration is there holds from the first event', async () => {
    server.config = config({ config: required });
    const rose = await open({}, undefined, 0);
    rose.giveConsent(true);
    await pass(2);
    expect(server.names()).toEqual(['$pageview', 'widget_displayed']);
  });

  it('refused where none is required stops everything all the same', async () => {
    const rose = await open();
    rose.giveConsent(false);
    const before = server.events.length;
    rose.ask('Never sent');
    await pass(60);
    expect(server.events).toHaveLength(before);
    expect(stored()).toBe(0);
  });

  it('asks the framework of the consent banner where the configuration says so', async () => {
    let tell: (data: object, ok: boolean) => void = () => undefined;
    vi.stubGlobal('__tcfapi', (_command: string, _version: number, callback: typeof tell) => {
      tell = callback;
    });
    server.config = config({
      config: { analytics: { consent: { required: true, source: 'tcf' } } },
    });
    await open();
    tell({ eventStatus: 'cmpuishown' }, true);
    tell({ eventStatus: 'useractioncomplete', purpose: { consents: { 1: true } } }, true);
    await pass(2);
    expect(server.events).toEqual([]);
    tell({ eventStatus: 'useractioncomplete', purpose: { consents: { 1: true, 8: true } } }, true);
    await pass(2);
    expect(server.names()).toEqual(['$pageview', 'widget_displayed']);
  });

  it('does not send of browsers that ask not to be tracked, where that is respected', async () => {
    Object.defineProperty(navigator, 'doNotTrack', { value: '1', configurable: true });
    server.config = config({ config: { analytics: { respect_do_not_track: true } } });
    await open();
    Object.defineProperty(navigator, 'doNotTrack', { value: null, configurable: true });
    expect(heading()).toBeTruthy();
    expect(server.events).toEqual([]);
    expect(stored()).toBe(0);
  });
});
