import { Button, Checkbox, Group, Modal, Skeleton, Stack, Text, TextInput } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { type ErasurePreview, useErasure, useErasurePreview } from '@/data/privacy-of-visitor';
import type { Visitor } from '@/data/visitor';
import { erasureCounts } from '@/lib/erasure-counts';
import { toProblem } from '@/lib/errors';
import { visitorLabel } from '@/lib/visitor-label';
import { ErrorState } from '@/ui/error-state';
import { FormError } from '@/ui/form-error';
import { notify } from '@/ui/notify';
import classes from './privacy-section.module.css';

const WORD = 'erase';

type EraseDialogProps = { visitor: Visitor; onErased: () => void; onClose: () => void };

/** Shows what would go before anything does, and wants a word typed. */
export function EraseDialog({ visitor, onErased, onClose }: EraseDialogProps) {
  const preview = useErasurePreview(visitor.site_domain, visitor.id);
  return (
    <Modal opened onClose={onClose} size="lg" title={`Erase ${visitorLabel(visitor)}?`}>
      {preview.data ? (
        <EraseForm visitor={visitor} preview={preview.data} onErased={onErased} onClose={onClose} />
      ) : preview.error ? (
        <ErrorState error={preview.error} onRetry={() => void preview.refetch()} />
      ) : (
        <div role="status" aria-label="Counting what would be erased">
          <Skeleton height={120} radius="md" />
        </div>
      )}
    </Modal>
  );
}

function EraseForm({
  visitor,
  preview,
  onErased,
  onClose,
}: EraseDialogProps & { preview: ErasurePreview }) {
  const erasure = useErasure(visitor.site_domain, visitor.id);
  const [typed, setTyped] = useState('');
  const [together, setTogether] = useState(true);
  const others = preview.same_email.length;

  const confirm = (event: FormEvent) => {
    event.preventDefault();
    if (typed.trim().toLowerCase() !== WORD) return;
    erasure.mutate(together ? preview.same_email : [], {
      onSuccess: () => {
        void notify({ title: 'Erased', message: 'The receipt is on the page Privacy.' });
        onErased();
      },
    });
  };

  return (
    <form onSubmit={confirm}>
      <Stack gap="sm">
        <Text size="sm">
          These lose every text and everything that tells who it was. The rows stay under a new
          random id, so that no figure changes. The company stays.
        </Text>
        <dl className={classes.counts} aria-label="What is erased">
          {erasureCounts(preview.counts).map(([label, count]) => (
            <div key={label}>
              <dt>{label}</dt>
              <dd>{count}</dd>
            </div>
          ))}
        </dl>
        <Text size="sm">
          {preview.propagated
            ? 'HubSpot is told to delete the contact; until it has, its e-mail address is kept encrypted.'
            : 'No CRM is connected that would have to erase the visitor as well.'}{' '}
          If the same browser comes back, it is a new visitor.
        </Text>
        {others > 0 && (
          <Checkbox
            checked={together}
            onChange={(event) => setTogether(event.currentTarget.checked)}
            label={`Also erase ${others === 1 ? 'the other visitor' : `the ${others} other visitors`} with this e-mail address`}
          />
        )}
        <TextInput
          label={`Type “${WORD}” to confirm. It cannot be undone.`}
          data-autofocus
          autoComplete="off"
          value={typed}
          onChange={(event) => setTyped(event.currentTarget.value)}
        />
        <FormError error={erasure.error} say={(error) => toProblem(error).message} />
        <Group justify="flex-end" gap="xs">
          <Button size="xs" variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button
            type="submit"
            size="xs"
            color="red"
            disabled={typed.trim().toLowerCase() !== WORD}
            loading={erasure.isPending}
          >
            Erase for good
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
