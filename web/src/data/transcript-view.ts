import { useEffect } from 'react';
import { useAccess } from '@/data/access';
import { useProfile } from '@/data/profile';
import { useBackend } from '@/lib/backend';

/**
 * Has the audit log know that staff looked at a transcript, also while they view the product as a client; the server
 * counts once an hour.
 */
export function useTranscriptView(siteDomain: string, id: string, shown: boolean): void {
  const { client } = useBackend();
  const isAdmin = useProfile().data?.role === 'admin';
  const isViewing = useAccess().data?.is_viewing === true;
  const isStaff = isAdmin || isViewing;
  useEffect(() => {
    if (!shown || !isStaff) return;
    void client
      .rpc('note_transcript_view', { p_site_domain: siteDomain, p_conversation_id: id })
      .then();
  }, [client, siteDomain, id, shown, isStaff]);
}
