import { describe, expect, it } from 'vitest';
import { interestReason, scoreOf } from './interest';

const quiet = {
  demo_booked: false,
  cta_clicked: false,
  demo_proposed: false,
  visitor_message_count: 1,
  interest_score: 1,
};

describe('the reason of an interest score', () => {
  it.each([
    [null, [], 'No conversation yet'],
    [quiet, [], 'Barely interacted'],
    [{ ...quiet, visitor_message_count: 3, interest_score: 2 }, [], 'Sent several messages'],
    [{ ...quiet, demo_proposed: true, interest_score: 3 }, [], 'Was proposed a demo'],
    [{ ...quiet, interest_score: 3 }, ['pricing'], 'Asked about prices'],
    [
      { ...quiet, demo_proposed: true, interest_score: 4 },
      ['pricing', 'roi'],
      'Asked about prices, return on investment',
    ],
    [{ ...quiet, cta_clicked: true, interest_score: 4 }, ['demo'], 'Clicked a call to action'],
    [{ ...quiet, cta_clicked: true, demo_booked: true, interest_score: 5 }, [], 'Booked a demo'],
  ])('%o with signals %o is “%s”', (conversation, signals, reason) => {
    expect(interestReason(conversation, signals)).toBe(reason);
  });

  it('takes what is no score for the lowest', () => {
    expect([0, 3, 9].map(scoreOf)).toEqual([1, 3, 1]);
  });
});
