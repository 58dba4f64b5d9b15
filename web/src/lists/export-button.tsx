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

/** Exactly the rows that the page's filter finds, as a file. */
export function ExportButton({ total, ...request }: ExportButtonProps) {
  const backend = useBackend();
  const running = useRef<AbortController | null>(null);
  const [bytes, setBytes] = useState<number | null>(null);
  useEffect(
    () => () => {
      if (!running.current) return;
      running.current.abort();
      notifications.show({ message: 'The export was cancelled, because its page was left.' });
    },
    [],
  );

  const start = async (format: 'csv' | 'json') => {
    const controller = new AbortController();
    running.current = controller;
    setBytes(0);
    try {
      const file = await exportList(backend, { ...request, format }, setBytes, controller.signal);
      saveFile(file.name, file.content);
      notifications.show({ message: `Exported ${formatCount(file.rows)} rows to ${file.name}.` });
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

  if (bytes !== null) {
    return (
      <Button
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
          size="xs"
          variant="default"
          leftSection={<IconDownload size={15} aria-hidden />}
          disabled={total === 0}
        >
          Export
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>{total === undefined ? 'All rows' : `${formatCount(total)} rows`}</Menu.Label>
        <Menu.Item onClick={() => void start('csv')}>CSV, for a spreadsheet</Menu.Item>
        <Menu.Item onClick={() => void start('json')}>JSON, for a program</Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
