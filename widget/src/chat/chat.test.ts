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
import { config, type FakeServer, nextPage, open, pass, SECTION } from '@widget/testing/page';
import type { WidgetConfig } from '@widget/types';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

let server: FakeServer;

beforeEach(() => {
  server = beginChat();
});
afterEach(endChat);

const start = (changed?: WidgetConfig['config']) => startChat(server, changed);

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
