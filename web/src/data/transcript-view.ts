import { useEffect } from 'react';
import { useAccess } from '@/data/access';
import { useIsStaff } from '@/data/use-is-staff';
import { useBackend } from '@/lib/backend';

/**
 * Has the audit log know that staff looked at a transcript, also while they view the product as a client; the server
 * counts once an hour.
 */
export function useTranscriptView(siteDomain: string, id: string, shown: boolean): void {
  const { client } = useBackend();
  const isStaff = useIsStaff();
  const isViewing = useAccess().data?.is_viewing === true;
  const isNoted = isStaff || isViewing;
  useEffect(() => {
    if (!shown || !isNoted) return;
    void client
      .rpc('note_transcript_view', { p_site_domain: siteDomain, p_conversation_id: id })
      .then();
  }, [client, siteDomain, id, shown, isNoted]);
}
