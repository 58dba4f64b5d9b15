import { MantineProvider } from '@mantine/core';
import { render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { App, start } from '@/app/app';
import { theme } from '@/app/theme';

/** The whole application at an address, as a browser would open it. */
export function openApp(path: string) {
  window.history.replaceState(null, '', path);
  const user = userEvent.setup({ delay: null });
  render(
    <MantineProvider theme={theme} env="test">
      <App starting={start()} />
    </MantineProvider>,
  );

  const signIn = async () => {
    await user.type(await screen.findByLabelText('E-mail'), 'user@user.com');
    await user.type(screen.getByLabelText('Password'), 'user');
    await user.click(screen.getByRole('button', { name: 'Sign in' }));
  };
  return { user, signIn };
}
