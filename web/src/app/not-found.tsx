import { Anchor, Container } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { EmptyState } from '@/ui/empty-state';
import { PageHead } from '@/ui/page-head';

export function NotFound() {
  return (
    <Container component="main" py="xl">
      <PageHead title="There is no such page" />
      <EmptyState
        title="Nothing is at this address"
        actions={
          <Anchor component={Link} to="/dashboard" size="sm">
            Go to the Dashboard
          </Anchor>
        }
      >
        It may be mistyped, or the page has moved.
      </EmptyState>
    </Container>
  );
}
