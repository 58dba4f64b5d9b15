import { PasswordInput } from '@mantine/core';

export const SHORTEST_PASSWORD = 6;

type NewPasswordInputProps = { value: string; onChange: (password: string) => void };

/** A password somebody chooses: password managers offer one here. */
export function NewPasswordInput({ value, onChange }: NewPasswordInputProps) {
  return (
    <PasswordInput
      label="New password"
      description={`At least ${SHORTEST_PASSWORD} characters; a sentence is best`}
      name="new-password"
      autoComplete="new-password"
      size="md"
      minLength={SHORTEST_PASSWORD}
      maxLength={72}
      required
      withAsterisk={false}
      value={value}
      onChange={(event) => onChange(event.currentTarget.value)}
      visibilityToggleButtonProps={{ 'aria-label': 'Show or hide the password', tabIndex: 0 }}
    />
  );
}
