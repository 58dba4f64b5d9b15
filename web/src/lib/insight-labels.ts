export const INTENT_LABELS: Record<string, string> = {
  LEARN: 'Learn',
  CONTEXT: 'Context',
  SUPPORT: 'Support',
  OFFTOPIC: 'Off topic',
  OTHER: 'Other',
};

export const SIGNAL_LABELS: Record<string, string> = {
  pricing: 'Pricing',
  use_case: 'Use case',
  competitor: 'Competitor',
  roi: 'Return on investment',
  demo: 'Asks for a demo',
};

export const COMPONENTS: Record<string, { label: string; meaning: string }> = {
  answered: { label: 'Answered', meaning: 'The visitor’s questions got an answer.' },
  relevant: { label: 'Relevant', meaning: 'Answers take up the words of their questions.' },
  repeated_question: { label: 'No repeated question', meaning: 'The visitor asked once.' },
  repeated_answer: {
    label: 'No repeated answer',
    meaning: 'The agent did not say the same again.',
  },
  frustration: { label: 'No frustration', meaning: 'The visitor was not annoyed.' },
  gave_up: { label: 'A good end', meaning: 'The visitor did not leave without an answer.' },
  handed_off: { label: 'No handover', meaning: 'The agent answered instead of passing on.' },
  answer_time: { label: 'Answered fast', meaning: 'The visitor did not wait long for answers.' },
  visitor_feedback: { label: 'Liked', meaning: 'The visitor’s thumbs and words of praise.' },
};

export function labelOf(labels: Record<string, string>, value: string): string {
  return labels[value] ?? value;
}
