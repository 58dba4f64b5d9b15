import type { ConversionEvent, Message } from '@/data/conversation';
import { type Day, dayOf } from '@/lib/dates';
import { CONVERSIONS, type Conversion } from '@/lib/filters';

export type TranscriptItem =
  | { type: 'day'; key: string; day: Day }
  | { type: 'message'; key: string; message: Message }
  | { type: 'conversion'; key: string; kind: Conversion; at: string };

type Timed = { at: string; item: TranscriptItem };

/**
 * Messages in their own order with conversions where they happened, and a line where a new day of the
 * domain begins. A conversion at the same instant as a message follows it.
 */
export function transcriptItems(
  messages: Message[],
  conversions: ConversionEvent[],
  timezone: string,
): TranscriptItem[] {
  const timed: Timed[] = messages.map((message) => ({
    at: message.sent_at,
    item: { type: 'message', key: message.id, message },
  }));
  for (const conversion of conversions) {
    const kind = CONVERSIONS.find((each) => each === conversion.kind);
    if (!kind) continue;
    const at = conversion.occurred_at;
    const time = Date.parse(at);
    const after = timed.findLastIndex((each) => Date.parse(each.at) <= time);
    timed.splice(after + 1, 0, { at, item: { type: 'conversion', key: conversion.id, kind, at } });
  }

  const items: TranscriptItem[] = [];
  let day: Day | null = null;
  for (const { at, item } of timed) {
    const itemDay = dayOf(new Date(at), timezone);
    if (itemDay !== day) items.push({ type: 'day', key: `day before ${item.key}`, day: itemDay });
    day = itemDay;
    items.push(item);
  }
  return items;
}
