export const SCORES = [1, 2, 3, 4, 5] as const;
export type Score = (typeof SCORES)[number];

export const SCORE_LABELS: Record<Score, string> = {
  1: 'Cold',
  2: 'Curious',
  3: 'Interested',
  4: 'Engaged',
  5: 'Hot',
};

/** The interest score a row holds; what is no score is the lowest. */
export function scoreOf(value: number): Score {
  return SCORES.find((score) => score === value) ?? 1;
}

type Behaviour = {
  demo_booked: boolean;
  cta_clicked: boolean;
  demo_proposed: boolean;
  visitor_message_count: number;
  interest_score: number;
};

const SIGNALS: Record<string, string> = {
  use_case: 'a use case of their own',
  pricing: 'prices',
  competitor: 'a comparison with a competitor',
  roi: 'return on investment',
  demo: 'a demo',
};

/** Why a conversation has its interest score: what the visitor did, or else the words that raised it. */
export function interestReason(conversation: Behaviour | null, signals: string[] = []): string {
  if (conversation === null) return 'No conversation yet';
  if (conversation.demo_booked) return 'Booked a demo';
  const score = scoreOf(conversation.interest_score);
  if (conversation.cta_clicked && score === 4) return 'Clicked a call to action';
  if (conversation.demo_proposed && score === 3) return 'Was proposed a demo';
  const topics = signals.map((kind) => SIGNALS[kind] ?? kind);
  const behaviour = conversation.visitor_message_count > 1 ? 2 : 1;
  if (topics.length > 0 && score > behaviour) return `Asked about ${topics.join(', ')}`;
  if (score === 2) return 'Sent several messages';
  return 'Barely interacted';
}

/** The scores of those to speak to first. */
export const HOT_SCORES = [4, 5];

/** What a buying signal says the visitor asked about. */
export function signalLabel(kind: string): string {
  return `asked about ${SIGNALS[kind] ?? kind}`;
}
