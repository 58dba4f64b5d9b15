import { Button, Menu } from '@mantine/core';
import { IconChevronDown, IconDownload, IconUpload } from '@tabler/icons-react';
import { lazy, Suspense, useState } from 'react';
import { exportConfiguration } from '@/data/configuration-transfer';
import { useBackend } from '@/lib/backend';
import { saveFile } from '@/lib/save-file';
import { tellFailure } from '@/ui/tell-failure';

const ImportDialog = lazy(() =>
  import('./import-dialog').then((module) => ({ default: module.ImportDialog })),
);

/** A website's whole configuration as a file, and such a file again. */
export function TransferMenu({ siteDomain }: { siteDomain: string }) {
  const backend = useBackend();
  const [importing, setImporting] = useState(false);
  const download = async () => {
    try {
      const { name, content } = await exportConfiguration(backend, siteDomain);
      saveFile(name, content);
    } catch (error) {
      tellFailure('The export failed', error);
    }
  };
  return (
    <>
      <Menu position="bottom-end" withinPortal>
        <Menu.Target>
          <Button
            size="xs"
            variant="default"
            rightSection={<IconChevronDown size={14} aria-hidden />}
          >
            Export and import
          </Button>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item
            leftSection={<IconDownload size={15} aria-hidden />}
            onClick={() => void download()}
          >
            Export everything as JSON
          </Menu.Item>
          <Menu.Item
            leftSection={<IconUpload size={15} aria-hidden />}
            onClick={() => setImporting(true)}
          >
            Import a file…
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
      {importing && (
        <Suspense>
          <ImportDialog siteDomain={siteDomain} onClose={() => setImporting(false)} />
        </Suspense>
      )}
    </>
  );
}
