import { MantineProvider } from '@mantine/core';
import { render, screen } from '@testing-library/react';
import { expect, it } from 'vitest';
import { InterestScore } from './interest-score';

it('is a word to the eye, and the number too to who listens or points', () => {
  const { container } = render(
    <MantineProvider env="test">
      <InterestScore score={4} signals={['pricing', 'roi']} />
    </MantineProvider>,
  );
  expect(container.querySelectorAll('[data-filled]')).toHaveLength(4);
  expect(screen.getByText('Engaged')).toBeVisible();
  const score = screen.getByTitle(
    'Interest 4 of 5: Engaged. Buying signals: Pricing, Return on investment',
  );
  expect(score).toHaveTextContent('Interest 4 of 5: Engaged');
});
