import { useMutation, useQueryClient } from '@tanstack/react-query';
import { TICKETS } from '@/data/keys';
import { askServerFor } from '@/data/server-api';
import { useBackend } from '@/lib/backend';
import { newId } from '@/lib/new-id';

export type Report =
  | {
      kind: 'chatbot';
      conversation_id: string;
      message_id: string;
      verdict: string;
      expected_answer: string;
    }
  | { kind: 'other'; title: string; description: string };

type Answer = { ticket: { site_domain: string; id: string } };

// What was sent last and under which id: the same again, because no answer came, is the same ticket.
let last = { content: '', id: '' };

function idOf(siteDomain: string, report: Report): string {
  const content = JSON.stringify([siteDomain, report]);
  if (last.content !== content) last = { content, id: newId() };
  return last.id;
}

/** Reports something about a website; the lists of tickets follow. */
export function useReport(siteDomain: string) {
  const backend = useBackend();
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: (report: Report) =>
      askServerFor<Answer>(backend, 'POST', `support/v1/tickets/${siteDomain}`, {
        id: idOf(siteDomain, report),
        ...report,
      }),
    onSuccess: () => {
      last = { content: '', id: '' };
      return queryClient.invalidateQueries({ queryKey: [TICKETS] });
    },
  });
}

/** Has a ticket sent now rather than later. */
export function useRetryTicket(siteDomain: string, id: string) {
  const backend = useBackend();
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: () =>
      askServerFor<Answer>(backend, 'POST', `support/v1/tickets/${siteDomain}/${id}/retry`),
    onSettled: () => queryClient.invalidateQueries({ queryKey: [TICKETS] }),
  });
}
