import { ActionIcon, CopyButton, Tooltip } from '@mantine/core';
import { IconCheck, IconChevronDown, IconChevronUp, IconLink, IconX } from '@tabler/icons-react';
import { useLocation } from '@tanstack/react-router';
import { useShortcuts } from '@/lib/shortcuts';
import { useNeighbours } from './use-neighbours';

export function PanelActions() {
  const { hasPrevious, hasNext, openPrevious, openNext, close } = useNeighbours();
  const href = useLocation({ select: (location) => location.href });

  useShortcuts({
    j: openNext,
    ArrowRight: openNext,
    k: openPrevious,
    ArrowLeft: openPrevious,
    Escape: close,
  });

  return (
    <>
      <CopyButton value={`${window.location.origin}${href}`}>
        {({ copied, copy }) => (
          <Tooltip label={copied ? 'Copied' : 'Copy the link'}>
            <ActionIcon variant="subtle" color="gray" aria-label="Copy the link" onClick={copy}>
              {copied ? <IconCheck size={17} aria-hidden /> : <IconLink size={17} aria-hidden />}
            </ActionIcon>
          </Tooltip>
        )}
      </CopyButton>
      <Tooltip label="Previous (k)">
        <ActionIcon
          variant="subtle"
          color="gray"
          aria-label="Previous conversation"
          disabled={!hasPrevious}
          onClick={openPrevious}
        >
          <IconChevronUp size={18} aria-hidden />
        </ActionIcon>
      </Tooltip>
      <Tooltip label="Next (j)">
        <ActionIcon
          variant="subtle"
          color="gray"
          aria-label="Next conversation"
          disabled={!hasNext}
          onClick={openNext}
        >
          <IconChevronDown size={18} aria-hidden />
        </ActionIcon>
      </Tooltip>
      <Tooltip label="Close (Esc)">
        <ActionIcon variant="subtle" color="gray" aria-label="Close" onClick={close}>
          <IconX size={18} aria-hidden />
        </ActionIcon>
      </Tooltip>
    </>
  );
}
