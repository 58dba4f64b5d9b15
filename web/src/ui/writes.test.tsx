import { render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { describe, expect, it, vi } from 'vitest';
import { ReadOnlyProvider, Writes } from './writes';

const WHY = 'Read-only while you view as Ada';

describe('controls that write', () => {
  const control = (onClick: () => void) => (
    <Writes>
      <button type="button" onClick={onClick}>
        Save
      </button>
    </Writes>
  );

  it('work where something may be written', async () => {
    const save = vi.fn();
    render(control(save));
    await userEvent.click(screen.getByRole('button', { name: 'Save' }));
    expect(save).toHaveBeenCalledOnce();
    expect(screen.queryByRole('group')).toBeNull();
  });

  it('do not while nothing may be, and tell why', async () => {
    const save = vi.fn();
    render(<ReadOnlyProvider value={WHY}>{control(save)}</ReadOnlyProvider>);
    await userEvent.click(screen.getByRole('button', { name: 'Save' }));
    expect(save).not.toHaveBeenCalled();
    expect(screen.getByRole('button', { name: 'Save' })).toBeDisabled();
    expect(screen.getByRole('group', { name: WHY })).toBeInTheDocument();
  });
});
