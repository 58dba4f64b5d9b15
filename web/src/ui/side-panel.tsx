import { Drawer } from '@mantine/core';
import { useMediaQuery } from '@mantine/hooks';
import { type ReactNode, useEffect, useRef } from 'react';
import classes from './side-panel.module.css';

const BESIDE = '(min-width: 75em)';

type SidePanelProps = {
  /** What is in it, for a screen reader. */
  label: string;
  /** What is open: each one opened is announced and begins at its top. */
  id: string;
  title: string;
  /** In place of the title, where more than its text stands. */
  head?: ReactNode;
  actions: ReactNode;
  onClose: () => void;
  /** Less wide than others, and no higher than what is in it. */
  narrow?: boolean;
  /** Under what scrolls. */
  footer?: ReactNode;
  children: ReactNode;
};

/** The detail of a row: beside the list where there is room, over it where there is not. */
export function SidePanel({ label, onClose, narrow, ...content }: SidePanelProps) {
  const beside = useMediaQuery(BESIDE, undefined, { getInitialValueInEffect: false });
  if (beside) {
    return (
      <aside className={classes.aside} data-narrow={narrow || undefined} aria-label={label}>
        <PanelContent {...content} />
      </aside>
    );
  }
  return (
    <Drawer
      opened
      onClose={onClose}
      position="right"
      size="100%"
      padding={0}
      withCloseButton={false}
      attributes={{ content: { 'aria-label': label } }}
      styles={{ body: { height: '100%' } }}
    >
      <PanelContent {...content} />
    </Drawer>
  );
}

/** Once the panel is closed, whoever was in it is back at the row that was open. */
function useReturnToRow(id: string) {
  const path = useRef('');
  // biome-ignore lint/correctness/useExhaustiveDependencies: each row has an address of its own
  useEffect(() => {
    path.current = window.location.pathname;
  }, [id]);
  useEffect(
    () => () => {
      const [exactly, withSearch] = [`[href="${path.current}"]`, `[href^="${path.current}?"]`];
      requestAnimationFrame(() => {
        if (document.activeElement !== document.body) return;
        const row = document.querySelector<HTMLElement>(`main a:is(${exactly}, ${withSearch})`);
        row?.focus({ preventScroll: true });
      });
    },
    [],
  );
}

type PanelContentProps = Omit<SidePanelProps, 'label' | 'onClose' | 'narrow'>;

function PanelContent({ id, title, head, actions, footer, children }: PanelContentProps) {
  const top = useRef<HTMLDivElement>(null);
  useReturnToRow(id);

  // A head of its own may come only with what is open, and takes the place of the title.
  const ownHead = Boolean(head);
  // biome-ignore lint/correctness/useExhaustiveDependencies: each row opened is announced
  useEffect(() => {
    const heading = top.current?.querySelector('h2');
    heading?.setAttribute('tabindex', '-1');
    // Over the page, the drawer gives the focus to what is marked so, else to the first button.
    heading?.setAttribute('data-autofocus', '');
    heading?.focus({ preventScroll: true });
  }, [id, ownHead]);

  return (
    <div className={classes.panel}>
      <div ref={top} className={classes.head}>
        {head ?? (
          <h2 className={classes.title} title={title}>
            {title}
          </h2>
        )}
        {actions}
      </div>
      <div key={id} className={classes.scroll} data-scroll-frame>
        {children}
      </div>
      {footer}
    </div>
  );
}
