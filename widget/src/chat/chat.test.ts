import {
  config,
  FakeServer,
  freshPage,
  inside,
  leavePage,
  nextPage,
  open,
  pass,
  SECTION,
} from '@widget/testing/page';
import type { WidgetConfig } from '@widget/types';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import * as chat from './main';

const CHAT = {
  identity: { company_name: 'Acme', agent_name: 'Rose' },
  engagement: {
    welcome_message: 'Hello!',
    suggested_questions: ['What does it cost?', 'How does it work?'],
  },
  ctas: {
    items: [
      {
        id: 'demo',
        label: 'Book a demo',
        kind: 'demo',
        conditions: { min_messages: 1, min_interest_score: 3 },
      },
    ],
    max_per_conversation: 1,
  },
  forms: {
    title: 'How can we reach you?',
    fields: [
      { name: 'email', label: 'Work e-mail', type: 'email', required: true },
      { name: 'first_name', label: 'First name', type: 'text' },
    ],
    submit_label: 'Send',
  },
  skills: { demo_booking: { enabled: true }, email_capture: { enabled: true, after_messages: 3 } },
};

const reply = (text: string, more: object = {}) => ({
  messages: [{ id: crypto.randomUUID(), role: 'agent', text }],
  interest_score: 1,
  ...more,
});

let server: FakeServer;

beforeEach(() => {
  vi.useFakeTimers();
  freshPage('<div data-rose-section="pricing"></div><button id="page">Page</button>');
  server = new FakeServer();
  server.config = config({ config: CHAT });
  server.answer = reply('It depends.');
});
afterEach(() => {
  leavePage();
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

const start = (configured?: WidgetConfig['config']) => {
  if (configured) server.config = config({ config: { ...CHAT, ...configured } });
  return open({ agent: 'https://us.example/agent', notice: 'A demonstration.' }, chat, 3);
};
const root = () => inside('#rose-widget');
const find = <Found extends HTMLElement>(selector: string): Found => {
  const found = root().querySelector<Found>(selector);
  if (!found) throw new Error(`There is no ${selector}.`);
  return found;
};
const texts = (selector: string) =>
  [...root().querySelectorAll(selector)].map((each) => each.textContent);
const said = () => texts('.message > p:not(.sources)');

async function write(text: string): Promise<void> {
  const input = find<HTMLTextAreaElement>('textarea');
  input.value = text;
  input.dispatchEvent(new Event('input'));
  input.dispatchEvent(
    new KeyboardEvent('keydown', { key: 'Enter', bubbles: true, cancelable: true }),
  );
  await pass(2);
}

async function begin(): Promise<void> {
  find('.launcher').click();
  await pass(1);
}

describe('the launcher', () => {
  it('counts as the widget’s display, and opens the chat with a welcome', async () => {
    await start();
    expect(server.names()).toContain('widget_displayed');
    await begin();
    expect(find('[role="dialog"]').getAttribute('aria-label')).toBe('Rose');
    expect(root().activeElement).toBe(find('textarea'));
    expect(said()).toEqual(['Hello!']);
    expect(find('.notice').textContent).toBe('A demonstration.');
    expect(texts('.chip')).toEqual(CHAT.engagement.suggested_questions);
    expect(server.names().at(-1)).toBe('widget_opened');
  });

  it('is back when Escape closes the chat, and has the focus that the chat took', async () => {
    await start();
    const page = document.querySelector<HTMLElement>('#page');
    page?.focus();
    document.querySelector('[data-rose-section]')?.shadowRoot?.querySelector('button')?.click();
    await pass(2);
    find('textarea').dispatchEvent(new KeyboardEvent('keydown', { key: 'Escape', bubbles: true }));
    expect(root().querySelector('[role="dialog"]')).toBeNull();
    expect(document.activeElement).toBe(page);
    expect(find('.launcher')).toBeTruthy();
  });

  it('goes when the agent is turned off, chat and all', async () => {
    await start();
    await begin();
    server.config = config({ version: '2', agents: { website_agent: { enabled: false } } });
    await pass(30);
    expect(document.querySelector('#rose-widget')).toBeNull();
  });

  it('waits as long as configured', async () => {
    await start({ display: { delay: 10 } });
    expect(document.querySelector('#rose-widget')).toBeNull();
    await pass(10);
    expect(find('.launcher')).toBeTruthy();
  });

  it('takes up a change of its looks, but not from under an open chat', async () => {
    await start();
    await begin();
    find<HTMLTextAreaElement>('textarea').value = 'half a sen';
    const changed = { ...CHAT, identity: { agent_name: 'Iris' } };
    server.config = config({ version: '2', config: changed });
    await pass(30);
    expect(find<HTMLTextAreaElement>('textarea').value).toBe('half a sen');
    find('.close').click();
    await begin();
    expect(find('[role="dialog"]').getAttribute('aria-label')).toBe('Iris');
  });
});

describe('a question', () => {
  it('goes to the agent with the visitor’s ids, and its answer is shown as text', async () => {
    server.answer = reply('<img src=x onerror=alert(1)>', {
      suggestions: ['And then?'],
      messages: [
        {
          id: '1',
          role: 'agent',
          text: '<img src=x onerror=alert(1)>',
          sources: [
            { title: 'Pricing', url: '/pricing' },
            { title: 'Trap', url: 'javascript:alert(1)' },
          ],
        },
      ],
    });
    await start();
    await begin();
    await write('  What does it cost? ');
    expect(said()).toEqual(['Hello!', 'What does it cost?', '<img src=x onerror=alert(1)>']);
    expect(root().querySelector('img')).toBeNull();
    expect([...root().querySelectorAll('.sources a')].map((link) => link.textContent)).toEqual([
      'Pricing',
    ]);
    expect(texts('.chip')).toEqual(['And then?']);
    const [asked] = server.asked;
    const [view] = server.events;
    expect(asked?.path).toBe('/agent/message');
    expect(asked?.body).toMatchObject({
      text: 'What does it cost?',
      distinct_id: view?.distinct_id,
      session_id: view?.properties.$session_id,
    });
    const sent = server.events.filter(({ event }) => event === 'message_sent');
    expect(sent).toHaveLength(1);
    expect(sent[0]?.properties).toMatchObject({
      conversation_id: asked?.body.conversation_id,
      length: 18,
    });
    expect(JSON.stringify(server.events)).not.toContain('What does it cost?');
  });

  it('of a section opens the chat and is told with the conversation it led to', async () => {
    await start();
    document.querySelector('[data-rose-section]')?.shadowRoot?.querySelector('button')?.click();
    await pass(2);
    expect(said()).toEqual(['Hello!', 'What does it cost?', 'It depends.']);
    expect(server.asked[0]?.body).toMatchObject({ section_slug: 'pricing', question_id: 'q1' });
    const clicked = server.events.find(({ event }) => event === 'section_question_clicked');
    expect(clicked?.properties.conversation_id).toBe(server.asked[0]?.body.conversation_id);
    const order = ['section_question_clicked', 'widget_opened', 'message_sent'];
    expect(server.names().filter((name) => order.includes(name))).toEqual(order);
  });

  it('that was suggested is told as such', async () => {
    await start();
    await begin();
    find('.chip').click();
    await pass(2);
    expect(server.names()).toContain('suggestion_clicked');
    expect(server.names().filter((name) => name === 'message_sent')).toHaveLength(1);
  });

  it('that did not get through is asked again as the same message', async () => {
    await start();
    await begin();
    server.answer = 503;
    await write('Hello?');
    expect(find('[role="alert"]').textContent).toBe('That did not get through.');
    server.answer = reply('Here I am.');
    find('.offers .chip').click();
    await pass(2);
    expect(said().at(-1)).toBe('Here I am.');
    const ids = server.asked.map(({ body }) => body.message_id);
    expect(ids).toHaveLength(2);
    expect(new Set(ids).size).toBe(1);
    expect(server.names().filter((name) => name === 'message_sent')).toHaveLength(1);
  });

  it('is remembered on the next page, where the chat is still open', async () => {
    await start();
    await begin();
    await write('What does it cost?');
    const opened = server.names().filter((name) => name === 'widget_opened').length;
    nextPage('<p>Another page</p>', '/pricing');
    await start();
    expect(said()).toEqual(['Hello!', 'What does it cost?', 'It depends.']);
    await write('And a year?');
    const conversations = server.asked.map(({ body }) => body.conversation_id);
    expect(new Set(conversations).size).toBe(1);
    expect(server.names().filter((name) => name === 'widget_opened')).toHaveLength(opened);
  });
});

describe('a call to action', () => {
  const ctaEvents = () => server.names().filter((name) => /^(cta|demo|form|email|\$id)/.test(name));

  it('is proposed when its conditions hold, and lived through to the booking', async () => {
    await start();
    await begin();
    await write('Hello?');
    expect(root().querySelector('.primary')).toBeNull();
    server.answer = reply('It costs €9.', { interest_score: 3 });
    await write('What does it cost?');
    expect(find('.primary').textContent).toBe('Book a demo');
    expect(ctaEvents()).toEqual(['demo_proposed', 'cta_displayed']);

    find('.primary').click();
    find<HTMLFormElement>('.form').requestSubmit();
    expect(texts('.form .error').filter(Boolean)).toHaveLength(2);
    const time = find<HTMLSelectElement>('select');
    time.selectedIndex = 1;
    find<HTMLInputElement>('input[type="email"]').value = 'Ada@Example.com';
    server.answer = reply('Booked.');
    find<HTMLFormElement>('.form').requestSubmit();
    await pass(2);
    expect(said().at(-1)).toBe('Booked.');
    expect(ctaEvents()).toEqual([
      'demo_proposed',
      'cta_displayed',
      'cta_clicked',
      'form_submitted',
      'email_captured',
      '$identify',
      'demo_booked',
    ]);
    const form = server.asked.at(-1);
    expect(form?.path).toBe('/agent/form');
    expect(form?.body).toMatchObject({ kind: 'demo', fields: { email: 'Ada@Example.com' } });
    const fields = form?.body.fields as { time: string };
    expect(new Date(fields.time).getTime()).toBeGreaterThan(Date.now());
    expect(form?.body.distinct_id).toBe(server.events[0]?.distinct_id);
  });

  it('is not repeated more often than configured, but for who asks for it', async () => {
    await start();
    await begin();
    server.answer = reply('€9.', { interest_score: 4 });
    await write('What does it cost?');
    await write('And now?');
    expect(root().querySelector('.primary')).toBeNull();
    server.answer = reply('Gladly.', { interest_score: 5, requested: 'demo' });
    await write('Can I see a demo?');
    expect(find('.primary').textContent).toBe('Book a demo');
  });

  it('that is a link never leads anywhere but to a page', async () => {
    const cta = (url: string) => ({
      id: 'x',
      label: 'Go',
      kind: 'link',
      url,
      conditions: { min_messages: 0 },
    });
    await start({ ctas: { items: [cta('javascript:alert(1)')] } });
    await begin();
    await write('Hello?');
    expect(root().querySelector('.primary')).toBeNull();
    expect(server.names()).not.toContain('cta_displayed');
  });
});

describe('the contact form', () => {
  it('is asked for after so many messages, once, and says what is wrong', async () => {
    await start();
    await begin();
    for (const text of ['One', 'Two', 'Three']) await write(text);
    const email = find<HTMLInputElement>('input[type="email"]');
    email.value = 'nobody';
    find<HTMLFormElement>('.form').requestSubmit();
    expect(email.getAttribute('aria-invalid')).toBe('true');
    expect(texts('.error').filter(Boolean)).toEqual([
      'Please enter an e-mail address such as ada@example.com.',
    ]);
    email.value = 'ada@example.com';
    server.answer = 422;
    find<HTMLFormElement>('.form').requestSubmit();
    await pass(2);
    expect(find('.form [role="alert"]').textContent).toBe('No.');
    expect(server.names()).not.toContain('email_captured');
    server.answer = reply('Thank you.');
    find<HTMLFormElement>('.form').requestSubmit();
    await pass(2);
    expect(server.names()).toContain('email_captured');
    expect(root().querySelector('.form')).toBeNull();
  });
});

describe('what has to be agreed to', () => {
  it('stands before the first question, which is asked then', async () => {
    await start({ analytics: { consent: { required: true } } });
    document.querySelector('[data-rose-section]')?.shadowRoot?.querySelector('button')?.click();
    await pass(2);
    expect(server.asked).toEqual([]);
    expect(server.events).toEqual([]);
    expect(localStorage.length + sessionStorage.length).toBe(0);
    expect(find('.gate').textContent).toContain('we store your messages');
    find('.gate .primary').click();
    await pass(2);
    expect(said()).toEqual(['Hello!', 'What does it cost?', 'It depends.']);
    expect(server.names()).toEqual(['$pageview', 'widget_displayed', 'message_sent']);
  });

  it('is the disclaimer where it must be accepted, in the language of the page', async () => {
    document.documentElement.lang = 'fr-FR';
    await start({
      identity: {
        language: 'en',
        languages: ['fr'],
        privacy_policy_url: 'https://acme.example/privacy',
      },
      disclaimers: {
        must_accept: true,
        texts: {
          en: { text: 'An agent.' },
          fr: { text: 'Un agent IA.', link_label: 'Confidentialité' },
        },
      },
    });
    document.documentElement.lang = '';
    await begin();
    expect(find('.gate').textContent).toBe('Un agent IA. ConfidentialitéAccepter');
    expect(find<HTMLAnchorElement>('.gate a').href).toBe('https://acme.example/privacy');
    find('.gate .primary').click();
    await pass(1);
    expect(root().querySelector('.gate')).toBeNull();
    await write('Bonjour');
    expect(server.asked).toHaveLength(1);
  });
});

describe('a message on our own initiative', () => {
  const triggers = [
    {
      id: 'help',
      message: 'Need help?',
      when: 'time_on_page',
      value: 20,
      repeat: 'once_per_session',
    },
  ];
  const engagement = { ...CHAT.engagement, triggers };

  it('is shown after its time, opens the chat with itself, and is not repeated', async () => {
    await start({ engagement });
    expect(root().querySelector('.teaser')).toBeNull();
    await pass(20);
    find('.teaser-text').click();
    await pass(1);
    expect(said()).toEqual(['Need help?']);
    expect(server.names()).toEqual(
      expect.arrayContaining(['engagement_displayed', 'engagement_clicked']),
    );
    nextPage();
    await start({ engagement });
    await pass(30);
    expect(root().querySelector('.teaser')).toBeNull();
  });

  it('keeps quiet for a while when somebody closes it', async () => {
    const every = { ...engagement, triggers: [{ ...triggers[0], repeat: 'every_page' }] };
    await start({ engagement: every });
    await pass(20);
    find('.teaser .close').click();
    nextPage();
    await start({ engagement: every });
    await pass(60);
    expect(root().querySelector('.teaser')).toBeNull();
  });

  it('is shown on its own pages only', async () => {
    const elsewhere = [{ ...triggers[0], urls: { include: ['/pricing*'] } }];
    await start({ engagement: { ...engagement, triggers: elsewhere } });
    await pass(60);
    expect(root().querySelector('.teaser')).toBeNull();
    history.pushState(null, '', '/pricing');
    await pass(25);
    expect(find('.teaser-text').textContent).toBe('Need help?');
  });
});

it('forwards what the configuration names to the data layer, without what visitors wrote', async () => {
  const layer: object[] = [];
  vi.stubGlobal('dataLayer', layer);
  await start({
    analytics: { data_layer: { enabled: true }, events: ['message_sent', 'email_captured'] },
  });
  await begin();
  await write('secret');
  expect(layer).toEqual([{ event: 'rose_message_sent' }]);
});

it('draws sections as before where the chat cannot be loaded', async () => {
  await open({ agent: 'https://us.example/agent' });
  expect(
    document.querySelector('[data-rose-section]')?.shadowRoot?.querySelector('h2')?.textContent,
  ).toBe(SECTION.title);
  expect(document.querySelector('#rose-widget')).toBeNull();
});
