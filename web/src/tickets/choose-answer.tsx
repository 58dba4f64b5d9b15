import { Input, Radio } from '@mantine/core';
import type { Message } from '@/data/conversation';
import { plainText } from '@/lib/plain-text';
import classes from './answer-report.module.css';

type ChooseAnswerProps = {
  messages: Message[];
  value: string | null;
  onChange: (messageId: string) => void;
  error: string | undefined;
};

/** The agent's answers of a conversation, each under the question before it. */
export function ChooseAnswer({ messages, value, onChange, error }: ChooseAnswerProps) {
  const answers = messages.flatMap((message, index) =>
    // What was deleted cannot be judged.
    message.role === 'agent' && message.text !== ''
      ? [{ message, asked: messages.slice(0, index).findLast((each) => each.role === 'visitor') }]
      : [],
  );
  if (answers.length === 0) {
    return (
      <Input.Error role="alert">
        There is no answer of the agent left in this conversation.
      </Input.Error>
    );
  }
  return (
    <Radio.Group
      label="Which answer was wrong?"
      value={value ?? ''}
      onChange={onChange}
      error={error}
      withAsterisk
    >
      <div className={classes.answers}>
        {answers.map(({ message, asked }) => (
          // biome-ignore lint/a11y/noLabelWithoutControl: Mantine's radio is the control
          <label key={message.id} className={classes.answer}>
            <Radio value={message.id} aria-label={plainText(message.text).slice(0, 200)} />
            <span>
              {asked && (
                <span className={classes.asked}>{plainText(asked.text).slice(0, 200)}</span>
              )}
              <span className={classes.said}>{plainText(message.text)}</span>
            </span>
          </label>
        ))}
      </div>
    </Radio.Group>
  );
}
