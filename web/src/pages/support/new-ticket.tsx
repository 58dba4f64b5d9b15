import { Anchor, Modal, SegmentedControl, Select, Stack, Text, TextInput } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { useDomains } from '@/data/domains';
import type { Scope } from '@/data/scope';
import type { TicketKind } from '@/lib/ticket-search';
import { KIND_LABELS } from '@/lib/ticket-words';
import { AnswerReport } from '@/tickets/answer-report';
import { OtherReport } from './other-report';

const UUID = /[\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12}/i;
const KINDS: TicketKind[] = ['chatbot', 'other'];

type NewTicketProps = {
  scope: Scope;
  kind: TicketKind;
  onKind: (kind: TicketKind) => void;
  onClose: () => void;
};

/** A new ticket of either kind. */
export function NewTicket({ scope, kind, onKind, onClose }: NewTicketProps) {
  const domains = useDomains();
  const [chosen, setChosen] = useState(scope.domain?.site_domain ?? null);
  const domain = chosen ?? (domains.length === 1 ? domains[0]?.site_domain : undefined);
  const [place, setPlace] = useState('');
  const conversation = UUID.exec(place)?.[0].toLowerCase();

  return (
    <Modal opened onClose={onClose} title="New ticket" size="lg">
      <Stack gap="md">
        <SegmentedControl
          aria-label="Kind of ticket"
          data={KINDS.map((value) => ({ value, label: KIND_LABELS[value] }))}
          value={kind}
          onChange={(value) => onKind(value === 'chatbot' ? 'chatbot' : 'other')}
          fullWidth
        />
        {domains.length > 1 && (
          <Select
            label="Domain"
            placeholder="Choose a domain"
            data={domains.map((each) => each.site_domain)}
            value={domain ?? null}
            onChange={setChosen}
            allowDeselect={false}
            searchable={domains.length > 8}
            withAsterisk
          />
        )}
        {kind === 'chatbot' && (
          <TextInput
            label="Conversation"
            description={
              <>
                The link or id of the conversation. It is easier from{' '}
                <Anchor
                  component={Link}
                  to="/conversations"
                  search={
                    (({ domain, from, to }: Record<string, unknown>) => ({
                      domain,
                      from,
                      to,
                    })) as never
                  }
                  size="xs"
                >
                  the conversation itself
                </Anchor>
                : press “Report issue” there.
              </>
            }
            value={place}
            onChange={(event) => setPlace(event.currentTarget.value)}
            error={place.trim() && !conversation ? 'There is no id in this.' : undefined}
            withAsterisk
          />
        )}
        {kind === 'chatbot' && domain && conversation && (
          <AnswerReport
            key={`${domain} ${conversation}`}
            domain={domain}
            conversationId={conversation}
            onClose={onClose}
          />
        )}
        {kind === 'other' && domain && <OtherReport domain={domain} onClose={onClose} />}
        {kind === 'other' && !domain && (
          <Text size="sm" c="dimmed">
            Choose the domain it is about first.
          </Text>
        )}
      </Stack>
    </Modal>
  );
}
