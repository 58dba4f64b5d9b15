import { Button, Tooltip } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { IconNote, IconThumbDown, IconThumbUp } from '@tabler/icons-react';
import type { Message } from '@/data/conversation';
import { type ReviewDraft, type Thumb, useReviews, useSaveReview } from '@/data/reviews';
import { toProblem } from '@/lib/errors';
import { formatDateTime } from '@/lib/format';
import { plainText } from '@/lib/plain-text';
import { useShortcuts } from '@/lib/shortcuts';
import { ErrorState } from '@/ui/error-state';
import { useReadOnly, Writes } from '@/ui/writes';
import classes from './review.module.css';
import { ReviewForm } from './review-form';

type ReviewBarProps = {
  domain: string;
  id: string;
  messages: Message[];
  timezone: string;
  /** Whether the form is open, and for which answer. */
  writing: { messageId: string | null } | null;
  onWrite: (writing: { messageId: string | null } | null) => void;
};

/** One's own verdict at one key, with a note behind another, and what others thought. */
export function ReviewBar({ domain, id, messages, timezone, writing, onWrite }: ReviewBarProps) {
  const { data: reviews, error, refetch } = useReviews(domain, id);
  const save = useSaveReview(domain, id);
  const mine = reviews?.find((review) => review.is_mine);
  const others = reviews?.filter((review) => !review.is_mine) ?? [];

  const send = (draft: ReviewDraft | null) =>
    save.mutate(draft, {
      onError: (failure) =>
        notifications.show({
          color: 'red',
          title: 'The review was not saved',
          message: toProblem(failure).message,
        }),
    });
  const judge = (thumb: Thumb) => {
    if (!reviews) return;
    if (mine?.thumb === thumb) return send(null);
    send({
      thumb,
      note: mine?.note ?? '',
      labels: mine?.labels ?? [],
      message_id: mine?.message_id ?? null,
      corrected_answer: mine?.corrected_answer ?? null,
    });
  };
  const write = () => onWrite({ messageId: mine?.message_id ?? null });
  const readOnly = useReadOnly() !== null;
  useShortcuts(readOnly ? {} : { g: () => judge('good'), b: () => judge('bad'), n: write });

  if (error && !reviews) return <ErrorState error={error} onRetry={() => void refetch()} />;
  const answer = messages.find((each) => each.id === (writing?.messageId ?? mine?.message_id));
  return (
    <section className={classes.bar} aria-label="Review">
      {others.map((review) => (
        <article key={review.reviewer_id} className={classes.other}>
          <strong>{plainText(review.reviewer_name)}</strong>: {review.thumb}
          {review.labels.length > 0 && ` · ${review.labels.map(plainText).join(', ')}`}
          <time dateTime={review.updated_at}> · {formatDateTime(review.updated_at, timezone)}</time>
          {review.note && <p>{plainText(review.note)}</p>}
          {review.corrected_answer && <p>Should be: {plainText(review.corrected_answer)}</p>}
        </article>
      ))}
      {mine && !writing && (mine.note || mine.labels.length > 0 || mine.corrected_answer) && (
        <article className={classes.other}>
          <strong>You</strong>
          {mine.labels.length > 0 && ` · ${mine.labels.map(plainText).join(', ')}`}
          {mine.note && <p>{plainText(mine.note)}</p>}
          {mine.corrected_answer && <p>Should be: {plainText(mine.corrected_answer)}</p>}
        </article>
      )}
      {writing ? (
        <ReviewForm
          mine={mine}
          answer={answer}
          saving={save.isPending}
          onClose={() => onWrite(null)}
          onSave={(draft) => {
            send(draft);
            onWrite(null);
          }}
        />
      ) : (
        <div className={classes.buttons}>
          <span className={classes.question}>Was this a good conversation?</span>
          <Writes>
            <Tooltip label={mine?.thumb === 'good' ? 'Take it back (g)' : 'Good (g)'}>
              <Button
                size="xs"
                variant={mine?.thumb === 'good' ? 'filled' : 'default'}
                leftSection={<IconThumbUp size={15} aria-hidden />}
                aria-pressed={mine?.thumb === 'good'}
                disabled={!reviews}
                onClick={() => judge('good')}
              >
                Good
              </Button>
            </Tooltip>
            <Tooltip label={mine?.thumb === 'bad' ? 'Take it back (b)' : 'Bad (b)'}>
              <Button
                size="xs"
                variant={mine?.thumb === 'bad' ? 'filled' : 'default'}
                leftSection={<IconThumbDown size={15} aria-hidden />}
                aria-pressed={mine?.thumb === 'bad'}
                disabled={!reviews}
                onClick={() => judge('bad')}
              >
                Bad
              </Button>
            </Tooltip>
            <Tooltip label="Note, labels, corrected answer (n)">
              <Button
                size="xs"
                variant="default"
                leftSection={<IconNote size={15} aria-hidden />}
                disabled={!reviews}
                onClick={write}
              >
                Note
              </Button>
            </Tooltip>
          </Writes>
        </div>
      )}
    </section>
  );
}
