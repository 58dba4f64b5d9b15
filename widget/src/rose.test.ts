import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import {
  config,
  FakeServer,
  freshPage,
  inside,
  KEY,
  leavePage,
  nextPage,
  open,
  pass,
  SECTION,
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

describe('a page', () => {
  it('shows its sections and tells so once', async () => {
    await open();
    expect(heading()?.textContent).toBe(SECTION.title);
    expect(server.names()).toEqual(['$pageview', 'widget_displayed']);
    const [view] = server.events;
    expect(view?.properties).toMatchObject({
      $current_url: location.href,
      $lib: 'rose',
      config_version: '1',
    });
    expect(view?.properties.$session_id).toBeTruthy();
    expect(new Set(server.events.map(({ distinct_id }) => distinct_id)).size).toBe(1);
    await pass(120);
    expect(server.names()).toEqual(['$pageview', 'widget_displayed']);
  });

  it('tells which question was clicked, and the page when there is no chat', async () => {
    const heard = vi.fn();
    document.addEventListener('rose:ask', (event) => heard((event as CustomEvent).detail), {
      once: true,
    });
    await open();
    inside('[data-rose-section]').querySelector<HTMLElement>('button.rose-question')?.click();
    await pass(2);
    expect(server.events.at(-1)).toMatchObject({
      event: 'section_question_clicked',
      properties: {
        section_slug: 'pricing',
        section_version: 3,
        question_id: 'q1',
        question: 'What does it cost?',
        way: 'rendered',
      },
    });
    expect(heard).toHaveBeenCalledWith({
      text: 'What does it cost?',
      section_slug: 'pricing',
      question_id: 'q1',
    });
  });

  it('is the same visitor and session on the next page, and another session after a break', async () => {
    await open();
    const [first] = server.events;
    nextPage(PLACE);
    await open();
    nextPage(PLACE);
    await pass(31 * 60);
    const next = await open();
    next.ask('Hello?');
    await pass(2);
    const ids = server.events.map(({ distinct_id }) => distinct_id);
    const sessions = server.events.map(({ properties }) => properties.$session_id);
    expect(new Set(ids)).toEqual(new Set([first?.distinct_id]));
    expect(new Set(sessions).size).toBe(2);
  });

  it('tells how long it was looked at when it goes away', async () => {
    await open();
    await pass(10);
    window.dispatchEvent(new Event('pagehide'));
    await pass(1);
    const left = server.events.filter(({ event }) => event === '$pageleave');
    expect(left).toHaveLength(1);
    expect(left[0]?.properties.$prev_pageview_duration).toBeGreaterThanOrEqual(10);
  });
});

describe('what is turned off', () => {
  it('disappears while the page is open, and comes back', async () => {
    await open();
    server.config = config({ version: '2', agents: { website_agent: { enabled: false } } });
    await pass(30);
    expect(heading()).toBeNull();
    server.config = config({ version: '3' });
    await pass(30);
    expect(heading()?.textContent).toBe(SECTION.title);
  });

  it('is not shown, counted or sent: the agent', async () => {
    server.config = config({ agents: { website_agent: { enabled: false } } });
    await open();
    expect(heading()).toBeFalsy();
    expect(server.events).toEqual([]);
  });

  it('is not shown, counted or sent: an excluded address', async () => {
    server.config = config({ config: { display: { urls: { exclude: ['/account*'] } } } });
    freshPage(PLACE, '/account/me');
    await open();
    expect(heading()).toBeFalsy();
    expect(server.events).toEqual([]);
  });

  it('is not shown but its visits count: to visitors outside the share, on phones', async () => {
    for (const display of [{ traffic_share: 0 }, { devices: { desktop: false } }]) {
      freshPage(PLACE);
      await pass(1);
      server.events = [];
      server.config = config({ config: { display } });
      await open();
      expect(heading()).toBeFalsy();
      expect(server.names()).toEqual(['$pageview']);
    }
  });

  it('shows nothing for a key that is nobody’s, or of an archived website', async () => {
    const warned = vi.spyOn(console, 'warn').mockReturnValue();
    server.config = 401;
    await open();
    await pass(120);
    expect(heading()).toBeFalsy();
    expect(server.events).toEqual([]);
    // Why, for whoever put the script there: once.
    expect(warned.mock.calls).toEqual([['Rose: No.']]);
  });

  it('gives the page its own content back', async () => {
    freshPage('<div data-rose-section="pricing"><p>Write to us.</p></div>');
    await open();
    server.config = config({ version: '2', sections: [] });
    await pass(30);
    expect(inside('[data-rose-section]').innerHTML).toBe('<slot></slot>');
  });
});

describe('without us', () => {
  it('a page is as it was, and nothing is thrown', async () => {
    server.away = true;
    const before = document.body.innerHTML;
    await open();
    await pass(600);
    expect(document.body.innerHTML).toBe(before);
    // Ever longer pauses: an outage of minutes costs a page a few requests.
    expect(server.requests).toBeLessThan(25);
  });

  it('a page keeps what it shows, and its events until we are back', async () => {
    const rose = await open();
    server.away = true;
    for (let number = 0; number < 300; number++) rose.ask(`Question ${number}`);
    await pass(120);
    expect(heading()).toBeTruthy();
    server.away = false;
    await pass(180);
    const asked = server.events.filter(({ event }) => event === 'section_question_clicked');
    // The queue is bounded, and gives up the oldest.
    expect(asked).toHaveLength(200);
    expect(asked.at(-1)?.properties.question).toBe('Question 299');
  });

  it('shows sections as soon as we are back', async () => {
    server.away = true;
    await open();
    server.away = false;
    await pass(65);
    expect(heading()?.textContent).toBe(SECTION.title);
  });

  it('takes a damaged answer for none', async () => {
    server.config = { sections: 'no' } as never;
    await open();
    await pass(60);
    expect(heading()).toBeFalsy();
  });

  it('survives a storage that is full, forbidden or damaged', async () => {
    localStorage.setItem(`rose:${KEY}`, '{"id":');
    const full = vi.spyOn(Storage.prototype, 'setItem').mockImplementation(() => {
      throw new DOMException('full', 'QuotaExceededError');
    });
    await open();
    full.mockRestore();
    expect(server.names()).toEqual(['$pageview', 'widget_displayed']);
  });
});

describe('a page that changes without loading', () => {
  const rules = { sections: [{ ...SECTION, urls: { include: ['/pricing*'], exclude: [] } }] };

  it('shows what its new address shows, and counts as another page', async () => {
    server.config = config(rules);
    freshPage(PLACE, '/');
    await open();
    expect(heading()).toBeFalsy();
    history.pushState(null, '', '/pricing?plan=growth');
    await pass(2);
    expect(heading()?.textContent).toBe(SECTION.title);
    history.pushState(null, '', '/pricing?plan=growth#faq');
    await pass(2);
    history.replaceState(null, '', '/about');
    await pass(2);
    expect(heading()).toBeFalsy();
    expect(server.names()).toEqual([
      '$pageview',
      '$pageleave',
      '$pageview',
      'widget_displayed',
      '$pageleave',
      '$pageview',
    ]);
    const addresses = server.events.map(({ properties }) => properties.$current_url as string);
    expect(addresses.map((address) => new URL(address).pathname)).toEqual([
      '/',
      '/',
      '/pricing',
      '/pricing',
      '/pricing',
      '/about',
    ]);
  });

  it('fills places that are added later, and those that are renamed', async () => {
    server.config = config();
    freshPage('<main></main>');
    await open();
    document.querySelector('main')?.insertAdjacentHTML('beforeend', PLACE);
    await pass(1);
    expect(heading()?.textContent).toBe(SECTION.title);
    document.querySelector('main > div')?.setAttribute('data-rose-section', 'another');
    await pass(1);
    expect(heading()).toBeNull();
  });

  it('judges addresses below the path that the site lies under', async () => {
    server.config = config(rules);
    freshPage(PLACE, '/preview/pricing');
    await open({ base: '/preview' });
    expect(heading()).toBeTruthy();
    expect(new URL(server.events[0]?.properties.$current_url as string).pathname).toBe('/pricing');
  });
});

describe('an e-mail address', () => {
  it('makes the visitor known, once', async () => {
    const rose = await open();
    const anonymous = server.events[0]?.distinct_id;
    rose.identify('nobody');
    rose.identify(' Ada@Example.com ', 'Ada');
    rose.identify('somebody@else.com');
    await pass(2);
    const identified = server.events.filter(({ event }) => event === '$identify');
    expect(identified).toHaveLength(1);
    expect(identified[0]).toMatchObject({
      distinct_id: 'ada@example.com',
      properties: {
        $anon_distinct_id: anonymous,
        $set: { email: 'ada@example.com', name: 'Ada' },
      },
    });
  });
});
