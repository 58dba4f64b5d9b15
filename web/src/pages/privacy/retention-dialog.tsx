import { Button, Group, Modal, NumberInput, Radio, Stack } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import type { Domain } from '@/data/domains';
import { type RetentionPreview, useRetentionChange, useRetentionPreview } from '@/data/retention';
import { toProblem } from '@/lib/errors';
import { formatCount, formatRange } from '@/lib/format';
import { FormError } from '@/ui/form-error';
import { notify } from '@/ui/notify';
import classes from './privacy-page.module.css';

const LONGEST = 3650;
const USUAL = 365;

type RetentionDialogProps = { domain: Domain; days: number | null; onClose: () => void };

/** Sets how long texts are kept; says what that deletes before it is saved. */
export function RetentionDialog({ domain, days, onClose }: RetentionDialogProps) {
  const [limited, setLimited] = useState(days !== null);
  const [typed, setTyped] = useState<number | string>(days ?? USUAL);
  const preview = useRetentionPreview(domain.site_domain);
  const change = useRetentionChange(domain.site_domain);
  const wanted = typeof typed === 'number' && typed >= 1 && typed <= LONGEST ? typed : null;
  const seen = preview.data && preview.variables === wanted ? preview.data : null;
  const ready = !limited || (wanted !== null && seen !== null);

  const save = (event: FormEvent) => {
    event.preventDefault();
    if (limited && wanted === null) return;
    if (limited && wanted !== null && !seen) return preview.mutate(wanted);
    change.mutate(limited ? wanted : null, {
      onSuccess: () => {
        const message = limited
          ? `Texts of ${domain.site_domain} are deleted after ${formatCount(wanted)} days, from tonight.`
          : `Texts of ${domain.site_domain} are kept.`;
        void notify({ message });
        onClose();
      },
    });
  };

  return (
    <Modal opened onClose={onClose} title={`Texts of ${domain.site_domain}`}>
      <form onSubmit={save}>
        <Stack gap="sm">
          <Radio.Group
            label="How long they are kept"
            value={limited ? 'limited' : 'kept'}
            onChange={(value) => setLimited(value === 'limited')}
          >
            <Stack gap={6} mt={6}>
              <Radio value="kept" label="Without a limit" />
              <Radio value="limited" label="Deleted after some days" />
            </Stack>
          </Radio.Group>
          {limited && (
            <NumberInput
              label="Days"
              description={`1 to ${formatCount(LONGEST)}, from the last message of a conversation`}
              min={1}
              max={LONGEST}
              allowDecimal={false}
              value={typed}
              error={wanted === null ? `A number from 1 to ${formatCount(LONGEST)}` : undefined}
              onChange={setTyped}
            />
          )}
          {limited && seen && <output className={classes.preview}>{sentence(seen)}</output>}
          <FormError
            error={preview.error ?? change.error}
            say={(error) => toProblem(error).message}
          />
          <Group justify="flex-end" gap="xs">
            <Button size="xs" variant="default" onClick={onClose}>
              Cancel
            </Button>
            <Button
              type="submit"
              size="xs"
              color={limited && ready ? 'red' : undefined}
              loading={preview.isPending || change.isPending}
            >
              {ready ? 'Save' : 'See what would be deleted'}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}

function sentence(found: RetentionPreview): string {
  if (found.messages + found.events === 0) return 'Nothing is that old now. It begins tonight.';
  const days =
    found.first_day && found.last_day
      ? `, of ${formatRange({ from: found.first_day, to: found.last_day })}`
      : '';
  return `Tonight this deletes for good the text of ${formatCount(found.messages)} messages in ${formatCount(found.conversations)} conversations${days}, and of ${formatCount(found.events)} events.`;
}
