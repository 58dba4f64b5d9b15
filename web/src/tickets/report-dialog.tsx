import { Modal } from '@mantine/core';
import { AnswerReport } from './answer-report';

type ReportDialogProps = {
  domain: string;
  conversationId: string;
  messageId: string | null;
  onClose: () => void;
};

/** Reports an answer of the open conversation. */
export function ReportDialog({ onClose, ...report }: ReportDialogProps) {
  return (
    <Modal opened onClose={onClose} title="Report an issue with this conversation" size="lg">
      <AnswerReport {...report} onClose={onClose} />
    </Modal>
  );
}
