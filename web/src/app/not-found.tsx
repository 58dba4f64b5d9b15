import { Anchor } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { EmptyState } from '@/ui/empty-state';

export function NotFound() {
  return (
    <EmptyState
      title="There is no such page"
      actions={
        <Anchor component={Link} to="/dashboard" size="sm">
          Go to the Dashboard
        </Anchor>
      }
    >
      The address may be mistyped, or the page has moved.
    </EmptyState>
  );
}
