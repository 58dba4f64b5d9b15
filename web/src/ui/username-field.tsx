type UsernameFieldProps = { email: string };

/** Tells a password manager whose password the form is about. */
export function UsernameField({ email }: UsernameFieldProps) {
  return (
    <input hidden readOnly type="text" name="username" autoComplete="username" value={email} />
  );
}
