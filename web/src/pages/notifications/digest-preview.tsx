import { Modal, Skeleton } from '@mantine/core';
import { useDigest } from '@/data/digest';
import type { Choice } from '@/data/notifications';
import { ErrorState } from '@/ui/error-state';
import classes from './notifications.module.css';

type DigestPreviewProps = { choice: Choice; onClose: () => void };

/** The digest of the last whole week, as it would arrive now. */
export function DigestPreview({ choice, onClose }: DigestPreviewProps) {
  const digest = useDigest(choice.site_domain);
  return (
    <Modal
      opened
      onClose={onClose}
      size="lg"
      title={digest.data?.subject ?? `Weekly digest of ${choice.name}`}
    >
      {digest.isPending && <Skeleton height={420} radius="md" />}
      {digest.isError && <ErrorState error={digest.error} onRetry={() => void digest.refetch()} />}
      {digest.data && (
        // Runs nothing and reads nothing of this page; links open beside it.
        <iframe
          title="Preview of the digest"
          sandbox="allow-popups allow-popups-to-escape-sandbox"
          srcDoc={digest.data.html.replace('<head>', '<head><base target="_blank">')}
          className={classes.preview}
        />
      )}
    </Modal>
  );
}
