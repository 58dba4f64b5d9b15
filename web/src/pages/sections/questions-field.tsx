import { ActionIcon, Button, Input, TextInput } from '@mantine/core';
import { IconPlus, IconTrash } from '@tabler/icons-react';
import { useRef } from 'react';
import { newQuestionId, type SectionContent } from '@/lib/section-content';
import classes from './questions-field.module.css';
import { SortableList } from './sortable-list';

const MOST = 20;

type Questions = SectionContent['questions'];

type QuestionsFieldProps = {
  questions: Questions;
  onChange: (questions: Questions) => void;
  errors: Record<string, string>;
};

/** The suggested questions in their order. */
export function QuestionsField({ questions, onChange, errors }: QuestionsFieldProps) {
  const field = useRef<HTMLFieldSetElement>(null);
  const focusLast = () =>
    requestAnimationFrame(() => {
      const inputs = field.current?.querySelectorAll('input') ?? [];
      inputs[inputs.length - 1]?.focus();
    });
  const add = () => {
    onChange([...questions, { id: newQuestionId(), text: '' }]);
    focusLast();
  };
  const write = (id: string, text: string) =>
    onChange(questions.map((each) => (each.id === id ? { ...each, text } : each)));
  const order = (ids: string[]) =>
    onChange(ids.flatMap((id) => questions.filter((each) => each.id === id)));

  return (
    <fieldset ref={field} className={classes.field}>
      <legend className={classes.legend}>Suggested questions</legend>
      <SortableList
        label="Suggested questions"
        rows={questions}
        nameOf={(question) => question.text || 'the empty question'}
        onOrder={order}
      >
        {(question, index) => (
          <div className={classes.question}>
            <TextInput
              className={classes.input}
              aria-label={`Question ${index + 1}`}
              value={question.text}
              onChange={(event) => write(question.id, event.currentTarget.value)}
              onKeyDown={(event) => {
                if (event.key !== 'Enter' || questions.length >= MOST) return;
                event.preventDefault();
                add();
              }}
              maxLength={200}
              error={errors[`content.questions.${index}.text`]}
            />
            <ActionIcon
              variant="subtle"
              color="gray"
              aria-label={`Remove question ${index + 1}`}
              onClick={() => onChange(questions.filter((each) => each.id !== question.id))}
            >
              <IconTrash size={16} aria-hidden />
            </ActionIcon>
          </div>
        )}
      </SortableList>
      {errors['content.questions'] && <Input.Error>{errors['content.questions']}</Input.Error>}
      <Button
        className={classes.add}
        size="xs"
        variant="default"
        leftSection={<IconPlus size={14} aria-hidden />}
        onClick={add}
        disabled={questions.length >= MOST}
      >
        Add a question
      </Button>
    </fieldset>
  );
}
