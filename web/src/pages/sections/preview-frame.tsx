import { useElementSize } from '@mantine/hooks';
import { renderSection } from '@widget/render-section';
import type { Section } from '@widget/types';
import { useEffect, useRef, useState } from 'react';
import classes from './preview-frame.module.css';

const PAGE = `<!doctype html><html lang="en"><meta charset="utf-8"><title>Preview</title>
<body style="margin:0;padding:24px;background:#fff;font-family:system-ui,sans-serif"></body></html>`;
const PADDING = 48;
const LEAST = 120;

type PreviewFrameProps = { section: Section; width: number; onAsk: (text: string) => void };

/** A window of its own width, so that what depends on a screen's width is seen as there. */
export function PreviewFrame({ section, width, onAsk }: PreviewFrameProps) {
  const frame = useRef<HTMLIFrameElement>(null);
  const { ref: place, width: room } = useElementSize();
  const [root, setRoot] = useState<ShadowRoot | null>(null);
  const [height, setHeight] = useState(LEAST);
  const scale = room > 0 ? Math.min(1, room / width) : 1;

  const begin = () => {
    const page = frame.current?.contentDocument;
    if (!page?.body) return;
    const host = page.createElement('div');
    page.body.replaceChildren(host);
    setRoot(host.attachShadow({ mode: 'open' }));
  };

  useEffect(() => {
    if (root) renderSection(root, section, { ask: ({ text }) => onAsk(text) });
  }, [root, section, onAsk]);

  useEffect(() => {
    const host = root?.host;
    if (!host || typeof ResizeObserver === 'undefined') return;
    const observer = new ResizeObserver(() =>
      setHeight(Math.max(LEAST, host.getBoundingClientRect().height + PADDING)),
    );
    observer.observe(host);
    return () => observer.disconnect();
  }, [root]);

  return (
    <div ref={place} className={classes.place} style={{ height: height * scale }}>
      <iframe
        ref={frame}
        title="Preview of the section"
        srcDoc={PAGE}
        onLoad={begin}
        className={classes.frame}
        style={{
          width,
          height,
          transform: `scale(${scale})`,
          marginInline: scale < 1 ? 0 : 'auto',
        }}
      />
    </div>
  );
}
