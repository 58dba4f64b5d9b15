import { Button, Group, Stack, Textarea, TextInput } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { fieldErrors } from '@/data/server-api';
import { useReport } from '@/data/ticket-changes';
import { toProblem } from '@/lib/errors';
import { useSent } from '@/tickets/use-sent';
import { FormError } from '@/ui/form-error';

const MAX_TITLE = 200;

type OtherReportProps = { domain: string; onClose: () => void };

/** Anything but an answer: a title, and what happened. */
export function OtherReport({ domain, onClose }: OtherReportProps) {
  const { mutate, isPending, error } = useReport(domain);
  const sent = useSent(onClose);
  const [title, setTitle] = useState('');
  const [description, setDescription] = useState('');
  const [tried, setTried] = useState(false);
  const refused = fieldErrors(error);
  const missing = (given: string) => (tried && !given.trim() ? 'This is needed.' : undefined);

  const submit = (event?: FormEvent) => {
    event?.preventDefault();
    setTried(true);
    if (!title.trim() || !description.trim() || isPending) return;
    mutate({ kind: 'other', title, description }, { onSuccess: ({ ticket }) => sent(ticket) });
  };

  return (
    <form
      onSubmit={submit}
      onKeyDown={(event) => {
        if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) submit();
      }}
    >
      <Stack gap="md">
        <TextInput
          label="Title"
          description={`${title.length} of ${MAX_TITLE} characters`}
          inputWrapperOrder={['label', 'input', 'description', 'error']}
          maxLength={MAX_TITLE}
          value={title}
          onChange={(event) => setTitle(event.currentTarget.value)}
          error={refused.title ?? missing(title)}
          withAsterisk
          data-autofocus
        />
        <Textarea
          label="What happened, and what did you expect?"
          autosize
          minRows={5}
          maxRows={14}
          maxLength={10_000}
          value={description}
          onChange={(event) => setDescription(event.currentTarget.value)}
          error={refused.description ?? missing(description)}
          withAsterisk
        />
        {error && <FormError error={error} say={(each) => toProblem(each).message} />}
        <Group justify="flex-end" gap="xs">
          <Button variant="default" size="xs" onClick={onClose}>
            Cancel
          </Button>
          <Button type="submit" size="xs" loading={isPending}>
            Send
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
