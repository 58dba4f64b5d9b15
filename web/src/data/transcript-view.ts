import { useEffect } from 'react';
import { useProfile } from '@/data/profile';
import { useBackend } from '@/lib/backend';

/** Has the audit log know that staff looked at a transcript; the server counts once an hour. */
export function useTranscriptView(siteDomain: string, id: string, shown: boolean): void {
  const { client } = useBackend();
  const isStaff = useProfile().data?.role === 'admin';
  useEffect(() => {
    if (!shown || !isStaff) return;
    void client
      .rpc('note_transcript_view', { p_site_domain: siteDomain, p_conversation_id: id })
      .then();
  }, [client, siteDomain, id, shown, isStaff]);
}
