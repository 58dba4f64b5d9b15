import { SegmentedControl, Text } from '@mantine/core';
import type { Section } from '@widget/types';
import { useMemo, useState } from 'react';
import { isColor } from '@/lib/contrast';
import type { SectionColors, SectionContent } from '@/lib/section-content';
import { Panel } from '@/ui/panel';
import { PreviewFrame } from './preview-frame';

const WIDTHS = { desktop: 1024, phone: 390 } as const;
const NARROW = 700;
type Device = keyof typeof WIDTHS;

type PreviewProps = { slug: string; content: SectionContent; css: string };

/** The section as it is typed, drawn by the code that draws it on the website. */
export function Preview({ slug, content, css }: PreviewProps) {
  const [device, setDevice] = useState<Device>(() =>
    window.innerWidth < NARROW ? 'phone' : 'desktop',
  );
  const [asked, setAsked] = useState<string | null>(null);
  const section = useMemo(() => drawn(slug, content, css), [slug, content, css]);
  return (
    <Panel
      title="Preview"
      actions={
        <SegmentedControl
          aria-label="Width of the preview"
          size="xs"
          data={[
            { value: 'desktop', label: 'Desktop' },
            { value: 'phone', label: 'Phone' },
          ]}
          value={device}
          onChange={(value) => setDevice(value as Device)}
        />
      }
    >
      <PreviewFrame section={section} width={WIDTHS[device]} onAsk={setAsked} />
      <Text size="xs" c="dimmed" mt={8} role="status">
        {asked === null
          ? 'Click a question to see what a visitor would ask.'
          : `A visitor would now ask: “${asked}”`}
      </Text>
    </Panel>
  );
}

function drawn(slug: string, content: SectionContent, css: string): Section {
  const { custom_css: _typed, colors, questions, ...rest } = content;
  const valid = Object.entries(colors).filter(([, value]) => isColor(value));
  return {
    ...rest,
    slug: slug || 'preview',
    version: 0,
    questions: questions.filter((question) => question.text.trim() !== ''),
    colors: Object.fromEntries(valid) as SectionColors,
    css,
  };
}
