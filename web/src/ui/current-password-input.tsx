import { PasswordInput } from '@mantine/core';

type CurrentPasswordInputProps = {
  label: string;
  value: string;
  onChange: (password: string) => void;
};

/** The password somebody has: password managers fill it in here. */
export function CurrentPasswordInput({ label, value, onChange }: CurrentPasswordInputProps) {
  return (
    <PasswordInput
      label={label}
      name="password"
      autoComplete="current-password"
      size="md"
      required
      withAsterisk={false}
      value={value}
      onChange={(event) => onChange(event.currentTarget.value)}
      visibilityToggleButtonProps={{ 'aria-label': 'Show or hide the password', tabIndex: 0 }}
    />
  );
}
