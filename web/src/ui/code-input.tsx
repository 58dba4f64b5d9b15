import { TextInput } from '@mantine/core';

type CodeInputProps = {
  label: string;
  value: string;
  onChange: (code: string) => void;
  takesFocus?: boolean;
};

const focus = (input: HTMLInputElement | null) => input?.focus();

/** Six digits, as an app shows or an e-mail carries them. */
export function CodeInput({ label, value, onChange, takesFocus = false }: CodeInputProps) {
  return (
    <TextInput
      label={label}
      name="code"
      size="md"
      inputMode="numeric"
      autoComplete="one-time-code"
      pattern="[0-9]{6}"
      maxLength={6}
      required
      data-autofocus={takesFocus || undefined}
      ref={takesFocus ? focus : undefined}
      withAsterisk={false}
      value={value}
      onChange={(event) => onChange(event.currentTarget.value.replace(/\D/g, ''))}
    />
  );
}
