import { ActionIcon, CopyButton, Tooltip } from '@mantine/core';
import { IconCheck, IconChevronDown, IconChevronUp, IconLink, IconX } from '@tabler/icons-react';
import { useLocation } from '@tanstack/react-router';
import { useShortcuts } from '@/lib/shortcuts';
import type { Neighbours } from './neighbours';

type PanelActionsProps = { what: string; neighbours: Neighbours; onClose: () => void };

/** The buttons of a side panel and their keys: copy the link, previous, next, close. */
export function PanelActions({ what, neighbours, onClose }: PanelActionsProps) {
  const { hasPrevious, hasNext, openPrevious, openNext } = neighbours;
  const href = useLocation({ select: (location) => location.href });

  useShortcuts({
    j: openNext,
    ArrowRight: openNext,
    k: openPrevious,
    ArrowLeft: openPrevious,
    Escape: onClose,
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
          aria-label={`Previous ${what}`}
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
          aria-label={`Next ${what}`}
          disabled={!hasNext}
          onClick={openNext}
        >
          <IconChevronDown size={18} aria-hidden />
        </ActionIcon>
      </Tooltip>
      <Tooltip label="Close (Esc)">
        <ActionIcon variant="subtle" color="gray" aria-label="Close" onClick={onClose}>
          <IconX size={18} aria-hidden />
        </ActionIcon>
      </Tooltip>
    </>
  );
}
