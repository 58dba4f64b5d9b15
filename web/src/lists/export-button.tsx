import { Button, Menu } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { IconDownload, IconX } from '@tabler/icons-react';
import { useEffect, useRef, useState } from 'react';
import { type ExportRequest, exportList } from '@/data/export-list';
import { useBackend } from '@/lib/backend';
import { toProblem } from '@/lib/errors';
import { formatCount, formatDecimal } from '@/lib/format';
import { saveFile } from '@/lib/save-file';

type ExportButtonProps = Omit<ExportRequest, 'format'> & {
  /** How many rows the filter finds; undefined while that is not known. */
  total: number | undefined;
};

function rowsInWords(rows: number): string {
  return rows === 1 ? '1 row' : `${formatCount(rows)} rows`;
}

/** Exactly the rows that the page's filter finds, as a file. */
export function ExportButton({ total, ...request }: ExportButtonProps) {
  const backend = useBackend();
  const pressed = useRef(false);
  const running = useRef<AbortController | null>(null);
  const button = useRef<HTMLButtonElement>(null);
  const [bytes, setBytes] = useState<number | null>(null);
  const busy = bytes !== null;
  useEffect(
    () => () => {
      if (!running.current) return;
      running.current.abort();
      notifications.show({ message: 'The export was cancelled, because its page was left.' });
    },
    [],
  );
  // One button takes the place of the other, and of its menu: whoever was there stays there.
  // biome-ignore lint/correctness/useExhaustiveDependencies: each time one takes the other's place
  useEffect(() => {
    if (pressed.current && document.activeElement === document.body) button.current?.focus();
  }, [busy]);

  const start = async (format: 'csv' | 'json') => {
    const controller = new AbortController();
    running.current = controller;
    pressed.current = true;
    setBytes(0);
    try {
      const file = await exportList(backend, { ...request, format }, setBytes, controller.signal);
      saveFile(file.name, file.content);
      notifications.show({ message: `Exported ${rowsInWords(file.rows)} to ${file.name}.` });
    } catch (error) {
      if (controller.signal.aborted) return;
      const { message, requestId } = toProblem(error);
      notifications.show({
        color: 'red',
        title: 'The export failed',
        message: requestId ? `${message} Request id ${requestId}` : message,
      });
    } finally {
      running.current = null;
      setBytes(null);
    }
  };

  if (busy) {
    return (
      <Button
        ref={button}
        size="xs"
        variant="default"
        leftSection={<IconX size={15} aria-hidden />}
        onClick={() => running.current?.abort()}
      >
        <span aria-live="polite">
          Cancel · {bytes === 0 ? 'preparing' : `${formatDecimal(bytes / 1_000_000)} MB`}
        </span>
      </Button>
    );
  }
  return (
    <Menu position="bottom-end" withinPortal>
      <Menu.Target>
        <Button
          ref={button}
          size="xs"
          variant="default"
          leftSection={<IconDownload size={15} aria-hidden />}
          disabled={total === 0}
        >
          Export
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>{total === undefined ? 'All rows' : rowsInWords(total)}</Menu.Label>
        <Menu.Item onClick={() => void start('csv')}>CSV, for a spreadsheet</Menu.Item>
        <Menu.Item onClick={() => void start('json')}>JSON, for a program</Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
