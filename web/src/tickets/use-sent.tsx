import { Anchor } from '@mantine/core';
import { useNavigate } from '@tanstack/react-router';
import { notify } from '@/ui/notify';

/** What follows a report: the form closes, and a note leads to the ticket. */
export function useSent(onClose: () => void) {
  const navigate = useNavigate();
  return ({ site_domain, id }: { site_domain: string; id: string }) => {
    onClose();
    const open = () =>
      void navigate({
        to: '/support/$domain/$id',
        params: { domain: site_domain, id },
        search: (current) => ({ domain: current.domain, from: current.from, to: current.to }),
      });
    void notify({
      title: 'Reported',
      message: (
        <>
          Your ticket is kept.{' '}
          <Anchor component="button" type="button" size="sm" onClick={open}>
            Open the ticket
          </Anchor>
        </>
      ),
      autoClose: 8_000,
    });
  };
}
