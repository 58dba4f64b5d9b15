import { Button, Group, Modal, Stack, Text, Textarea } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { type Agent, useAgentSwitch } from '@/data/agents';
import type { Domain } from '@/data/domains';
import { toProblem } from '@/lib/errors';
import { FormError } from '@/ui/form-error';
import { notify } from '@/ui/notify';

const LONGEST = 500;

type SwitchDialogProps = { agent: Agent; domain: Domain; onClose: () => void };

function effect({ enabled, channel }: Agent, { site_domain }: Domain): string {
  if (channel === 'widget') {
    return enabled
      ? `The widget disappears from ${site_domain} within a minute. Conversations so far are kept.`
      : `The widget shows up on ${site_domain} within a minute.`;
  }
  return enabled
    ? `It stops working for ${site_domain} the next time it asks for its settings.`
    : `It works for ${site_domain} from the next time it asks for its settings.`;
}

/** Says what a switch does before it is used, and asks why. */
export function SwitchDialog({ agent, domain, onClose }: SwitchDialogProps) {
  // As it was when the dialog opened: the status behind it refreshes itself.
  const [seen] = useState(agent);
  const [reason, setReason] = useState('');
  const [missing, setMissing] = useState(false);
  const change = useAgentSwitch(domain.site_domain);
  const to = seen.enabled ? 'off' : 'on';

  const confirm = (event: FormEvent) => {
    event.preventDefault();
    if (reason.trim() === '') return setMissing(true);
    change.mutate(
      {
        slug: seen.slug,
        version: seen.version,
        enabled: !seen.enabled,
        reason: reason.trim(),
      },
      {
        onSuccess: () => {
          void notify({ message: `${seen.name} is switched ${to} on ${domain.site_domain}.` });
          onClose();
        },
      },
    );
  };

  return (
    <Modal opened onClose={onClose} title={`Switch ${seen.name} ${to}?`}>
      <form onSubmit={confirm}>
        <Stack gap="sm">
          <Text size="sm">{effect(seen, domain)}</Text>
          <Textarea
            label="Reason"
            description="Stands in the audit log and beside the switch."
            data-autofocus
            autosize
            minRows={2}
            maxLength={LONGEST}
            value={reason}
            error={missing ? 'Say why, for whoever looks later' : undefined}
            onChange={(event) => {
              setReason(event.currentTarget.value);
              setMissing(false);
            }}
          />
          <FormError error={change.error} say={(error) => toProblem(error).message} />
          <Group justify="flex-end" gap="xs">
            <Button size="xs" variant="default" onClick={onClose}>
              Cancel
            </Button>
            <Button
              type="submit"
              size="xs"
              color={seen.enabled ? 'red' : undefined}
              loading={change.isPending}
            >
              Switch {to}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
