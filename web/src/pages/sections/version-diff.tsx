import { Text } from '@mantine/core';
import { diffLines } from 'diff';
import { useMemo } from 'react';
import { contentLines, type SectionContent } from '@/lib/section-content';
import classes from './version-diff.module.css';

const AROUND = 2;

type Line = { mark: '+' | '−' | ' '; text: string; key: string };

type VersionDiffProps = { before: SectionContent; after: SectionContent };

/** Two versions as text, line by line: what was taken out, and what came in. */
export function VersionDiff({ before, after }: VersionDiffProps) {
  const lines = useMemo(() => compared(before, after), [before, after]);
  if (lines.every((line) => line.mark === ' ')) {
    return (
      <Text size="sm" c="dimmed" role="status">
        Both are the same.
      </Text>
    );
  }
  return (
    // A long line scrolls; the keyboard reaches it.
    // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls
    <section className={classes.diff} aria-label="Differences" tabIndex={0}>
      {shortened(lines).map((line) => {
        const Part = line.mark === '+' ? 'ins' : line.mark === '−' ? 'del' : 'span';
        return (
          <Part key={line.key} className={classes.line}>
            <span className={classes.mark}>{line.mark}</span>
            {line.text}
          </Part>
        );
      })}
    </section>
  );
}

function compared(before: SectionContent, after: SectionContent): Line[] {
  return diffLines(contentLines(before), contentLines(after)).flatMap((part, index) => {
    const mark = part.added ? '+' : part.removed ? '−' : ' ';
    const texts = part.value.replace(/\n$/, '').split('\n');
    return texts.map((text, place) => ({ mark, text, key: `${index}.${place}` }) as Line);
  });
}

/** The lines that differ, those around them, and the heading each stands under. */
function shortened(lines: Line[]): Line[] {
  const near = lines.map((_, index) =>
    lines.slice(Math.max(0, index - AROUND), index + AROUND + 1).some((line) => line.mark !== ' '),
  );
  const kept: Line[] = [];
  let skipped = false;
  lines.forEach((line, index) => {
    const isHeading = line.text.endsWith(':') && nextDiffers(lines, index);
    if (near[index] || isHeading) {
      if (skipped) kept.push({ mark: ' ', text: '…', key: `skipped ${line.key}` });
      kept.push(line);
      skipped = false;
    } else {
      skipped = true;
    }
  });
  return kept;
}

function nextDiffers(lines: Line[], heading: number): boolean {
  for (const line of lines.slice(heading + 1)) {
    if (!line.text.startsWith('  ')) return false;
    if (line.mark !== ' ') return true;
  }
  return false;
}
