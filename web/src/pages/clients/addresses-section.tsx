import { ActionIcon, Button, Skeleton, Text, TextInput } from '@mantine/core';
import { IconTrash } from '@tabler/icons-react';
import { type FormEvent, useState } from 'react';
import { type InternalAddress, useInternalAddresses } from '@/data/client-access';
import { useClientChange } from '@/data/client-changes';
import { fieldErrors } from '@/data/server-api';
import { toProblem } from '@/lib/errors';
import { formatAge } from '@/lib/format';
import { ConfirmDialog } from '@/ui/confirm-dialog';
import { ErrorState } from '@/ui/error-state';
import section from '@/ui/section.module.css';
import classes from './clients.module.css';

/** Addresses of the client's own people: what they do is stored, not counted. */
export function AddressesSection({ site }: { site: string }) {
  const { data, error, refetch } = useInternalAddresses(site);
  const [removed, setRemoved] = useState<InternalAddress | null>(null);
  const [address, setAddress] = useState('');
  const [label, setLabel] = useState('');
  const change = useClientChange();
  const add = (event: FormEvent) => {
    event.preventDefault();
    change.mutate(
      { kind: 'add-address', domain: site, address, label },
      {
        onSuccess: () => {
          setAddress('');
          setLabel('');
        },
      },
    );
  };
  const errors = fieldErrors(change.error);
  return (
    <section className={classes.part} aria-label="Internal addresses">
      <h3 className={classes.title}>Internal addresses</h3>
      <p className={section.note}>
        Traffic from these IP addresses is stored, not counted, from now on. Only a keyed hash of
        each is kept: note in the label whose it is.
      </p>
      {error && !data && <ErrorState error={error} onRetry={() => void refetch()} />}
      {!error && !data && <Skeleton height={40} role="status" aria-label="Loading the addresses" />}
      <ul>
        {data?.map((each) => (
          <li key={each.ip_hash} className={classes.line}>
            <span className={classes.strong}>{each.label || 'Without a label'}</span>
            <span className={section.note}>
              {each.ip_hash.slice(0, 8)}… · added {formatAge(each.created_at)}
            </span>
            <span className={classes.end}>
              <ActionIcon
                variant="subtle"
                color="gray"
                aria-label={`Remove the address ${nameOf(each)}`}
                onClick={() => setRemoved(each)}
              >
                <IconTrash size={16} aria-hidden />
              </ActionIcon>
            </span>
          </li>
        ))}
      </ul>
      {removed && <RemoveDialog site={site} of={removed} onClose={() => setRemoved(null)} />}
      <form onSubmit={add} className={classes.line}>
        <TextInput
          label="Address"
          placeholder="203.0.113.7"
          value={address}
          error={errors.address ?? (change.error ? toProblem(change.error).message : undefined)}
          onChange={(event) => {
            setAddress(event.currentTarget.value);
            change.reset();
          }}
        />
        <TextInput
          label="Label"
          placeholder="Paris office"
          maxLength={100}
          value={label}
          onChange={(event) => setLabel(event.currentTarget.value)}
        />
        <Button
          type="submit"
          size="xs"
          mt={22}
          loading={change.isPending}
          disabled={!address.trim()}
        >
          Add the address
        </Button>
      </form>
    </section>
  );
}

type RemoveDialogProps = { site: string; of: InternalAddress; onClose: () => void };

function RemoveDialog({ site, of: address, onClose }: RemoveDialogProps) {
  const change = useClientChange();
  return (
    <ConfirmDialog
      title={`Remove ${nameOf(address)}?`}
      action="Remove the address"
      danger
      pending={change.isPending}
      error={change.error}
      onConfirm={() =>
        change.mutate(
          { kind: 'remove-address', domain: site, ip_hash: address.ip_hash },
          { onSuccess: onClose },
        )
      }
      onClose={onClose}
    >
      <Text size="sm">
        What comes from there counts from now on. The address itself is not kept: to list it again,
        somebody has to know it.
      </Text>
    </ConfirmDialog>
  );
}

function nameOf({ label, ip_hash }: InternalAddress): string {
  return label || ip_hash.slice(0, 8);
}
