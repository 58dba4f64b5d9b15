import { CloseButton, TextInput } from '@mantine/core';
import { useDebouncedCallback } from '@mantine/hooks';
import { IconSearch } from '@tabler/icons-react';
import { useEffect, useRef, useState } from 'react';
import { useShortcuts } from '@/lib/shortcuts';

const PAUSE_MS = 300;

type SearchInputProps = {
  /** What is searched, in words: "Search what was said". */
  label: string;
  className?: string;
  value: string | undefined;
  onChange: (words: string | undefined) => void;
};

/** Full-text search that waits for a pause in typing. */
export function SearchInput({ label, className, value = '', onChange }: SearchInputProps) {
  const input = useRef<HTMLInputElement>(null);
  const [text, setText] = useState(value);
  const sent = useRef(value);

  const send = (words: string) => {
    sent.current = words.trim();
    onChange(sent.current || undefined);
  };
  const sendLater = useDebouncedCallback(send, PAUSE_MS);

  // The URL changed by other means than this input: a link, the back button, "clear".
  useEffect(() => {
    if (value === sent.current) return;
    sent.current = value;
    setText(value);
  }, [value]);

  useShortcuts({ '/': () => input.current?.focus() });

  const clear = () => {
    setText('');
    send('');
    input.current?.focus();
  };

  return (
    <TextInput
      ref={input}
      className={className}
      type="search"
      aria-label={label}
      placeholder={label}
      leftSection={<IconSearch size={16} aria-hidden />}
      rightSection={text && <CloseButton size="sm" aria-label="Clear the search" onClick={clear} />}
      value={text}
      onChange={(event) => {
        setText(event.currentTarget.value);
        sendLater(event.currentTarget.value);
      }}
      onKeyDown={(event) => {
        if (event.key === 'Enter') send(text);
      }}
    />
  );
}
