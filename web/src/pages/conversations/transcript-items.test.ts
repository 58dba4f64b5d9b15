import { describe, expect, it } from 'vitest';
import type { ConversionEvent, Message } from '@/data/conversation';
import { transcriptItems } from './transcript-items';

function message(id: string, sentAt: string): Message {
  return {
    site_domain: 'abtasty.com',
    conversation_id: 'c',
    id,
    seq: 0,
    role: 'visitor',
    text: id,
    sent_at: sentAt,
    latency_ms: null,
    metadata: {},
    edited_at: null,
    created_at: sentAt,
  };
}

function conversion(id: string, kind: string, at: string): ConversionEvent {
  return {
    site_domain: 'abtasty.com',
    id,
    kind,
    occurred_at: at,
    day: at.slice(0, 10),
    conversation_id: 'c',
    session_id: 's',
    visitor_id: 'v',
    subject_id: 'c',
    counts: true,
  };
}

const keys = (items: ReturnType<typeof transcriptItems>) =>
  items.map((item) => (item.type === 'day' ? item.day : item.key));

describe('a transcript', () => {
  it('has a line where a day of the domain begins', () => {
    const messages = [message('a', '2026-11-22T22:30:00Z'), message('b', '2026-11-22T23:30:00Z')];
    expect(keys(transcriptItems(messages, [], 'Europe/Paris'))).toEqual([
      '2026-11-22',
      'a',
      '2026-11-23',
      'b',
    ]);
    expect(keys(transcriptItems(messages, [], 'UTC'))).toEqual(['2026-11-22', 'a', 'b']);
  });

  it('has conversions where they happened, after the message of the same instant', () => {
    const messages = [message('a', '2026-11-22T10:00:00Z'), message('b', '2026-11-22T10:01:00Z')];
    const conversions = [
      conversion('proposed', 'demo_proposed', '2026-11-22T10:00:00+00:00'),
      conversion('booked', 'demo_booked', '2026-11-22T10:05:00Z'),
    ];
    expect(keys(transcriptItems(messages, conversions, 'UTC'))).toEqual([
      '2026-11-22',
      'a',
      'proposed',
      'b',
      'booked',
    ]);
  });

  it('keeps the order of the messages it is given', () => {
    const at = '2026-11-22T10:00:00Z';
    const messages = [message('z', at), message('a', at), message('m', at)];
    expect(keys(transcriptItems(messages, [], 'UTC')).slice(1)).toEqual(['z', 'a', 'm']);
  });

  it('of nothing is empty', () => {
    expect(transcriptItems([], [], 'UTC')).toEqual([]);
  });
});
