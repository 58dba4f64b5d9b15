import { defaultKeymap, history, historyKeymap } from '@codemirror/commands';
import { css } from '@codemirror/lang-css';
import { bracketMatching, HighlightStyle, syntaxHighlighting } from '@codemirror/language';
import { EditorState } from '@codemirror/state';
import { EditorView, keymap, lineNumbers } from '@codemirror/view';
import { tags } from '@lezer/highlight';
import { useEffect, useRef } from 'react';
import { useReadOnly } from '@/ui/writes';
import classes from './css-field.module.css';

const COLORS = HighlightStyle.define([
  { tag: tags.comment, color: 'var(--ink-soft)', fontStyle: 'italic' },
  { tag: [tags.propertyName, tags.attributeName], color: 'var(--topic-2)' },
  { tag: [tags.className, tags.tagName, tags.labelName], color: 'var(--topic-1)' },
  { tag: [tags.keyword, tags.definitionKeyword, tags.modifier], color: 'var(--topic-5)' },
  { tag: [tags.number, tags.unit, tags.color, tags.string], color: 'var(--topic-4)' },
]);

const THEME = EditorView.theme({
  '&': { color: 'var(--ink)', backgroundColor: 'var(--surface)' },
  '&.cm-focused': { outline: 'none' },
  '.cm-scroller': {
    fontFamily: 'var(--mantine-font-family-monospace)',
    minHeight: '180px',
    maxHeight: '420px',
    overflow: 'auto',
  },
  '.cm-gutters': {
    color: 'var(--ink-soft)',
    backgroundColor: 'var(--surface-sunken)',
    border: 'none',
  },
  '.cm-cursor': { borderLeftColor: 'var(--ink)' },
  '&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground':
    { background: 'var(--accent-soft)' },
});

type CssEditorProps = { value: string; onChange: (value: string) => void };

/** A small editor for CSS. Tab leaves it, as any field. */
export function CssEditor({ value, onChange }: CssEditorProps) {
  const readOnly = useReadOnly() !== null;
  const place = useRef<HTMLDivElement>(null);
  const view = useRef<EditorView>(null);
  const listener = useRef(onChange);
  useEffect(() => {
    listener.current = onChange;
  });

  // biome-ignore lint/correctness/useExhaustiveDependencies: the editor keeps its own text
  useEffect(() => {
    if (place.current === null) return;
    view.current = new EditorView({
      parent: place.current,
      state: EditorState.create({
        doc: value,
        extensions: [
          EditorState.readOnly.of(readOnly),
          lineNumbers(),
          history(),
          bracketMatching(),
          css(),
          syntaxHighlighting(COLORS),
          keymap.of([...defaultKeymap, ...historyKeymap]),
          THEME,
          EditorView.lineWrapping,
          EditorView.contentAttributes.of({ 'aria-label': 'Custom CSS', spellcheck: 'false' }),
          EditorView.updateListener.of((update) => {
            if (update.docChanged) listener.current(update.state.doc.toString());
          }),
        ],
      }),
    });
    return () => view.current?.destroy();
  }, []);

  // A version that was taken over from elsewhere replaces the text.
  useEffect(() => {
    const now = view.current?.state.doc;
    if (!now || now.toString() === value) return;
    view.current?.dispatch({ changes: { from: 0, to: now.length, insert: value } });
  }, [value]);

  return <div ref={place} className={classes.editor} />;
}
