import {
  begin,
  beginChat,
  CHAT,
  endChat,
  find,
  reply,
  root,
  said,
  startChat,
  texts,
  write,
} from '@widget/testing/chat';
import { type FakeServer, nextPage, pass } from '@widget/testing/page';
import type { WidgetConfig } from '@widget/types';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

let server: FakeServer;

beforeEach(() => {
  server = beginChat();
});
afterEach(endChat);

const start = (changed?: WidgetConfig['config']) => startChat(server, changed);

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
