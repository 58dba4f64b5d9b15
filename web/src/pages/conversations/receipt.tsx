import { UnstyledButton } from '@mantine/core';
import { formatDecimal, formatShare } from '@/lib/format';
import { COMPONENTS } from '@/lib/insight-labels';
import type { Component, Receipt as ReceiptData } from '@/lib/insights';
import { plainText } from '@/lib/plain-text';
import { showMessage } from './message-anchor';
import classes from './receipt.module.css';

type ReceiptProps = { receipt: ReceiptData; score: number; scorerError: string | null };

/** Why the quality score is what it is: each component with its weight, its value, and the words behind it. */
export function Receipt({ receipt, score, scorerError }: ReceiptProps) {
  const weight = receipt.components.reduce((sum, component) => sum + component.weight, 0);
  return (
    <section aria-label="Quality receipt">
      <p className={classes.formula}>
        Quality {formatDecimal(score)} of 5 = 1 + 4 × the mean of the parts below by their weight.
        Judged by {receipt.scorer === 'rules' ? 'rules' : plainText(receipt.scorer)}.
        {scorerError && ` The chosen judge could not: ${plainText(scorerError)}`}
      </p>
      <ul className={classes.parts}>
        {receipt.components.map((component) => (
          <Part key={component.name} component={component} share={component.weight / weight} />
        ))}
      </ul>
    </section>
  );
}

function Part({ component, share }: { component: Component; share: number }) {
  const known = COMPONENTS[component.name];
  const value = Math.min(1, Math.max(0, component.value));
  return (
    <li className={classes.part}>
      <div className={classes.head}>
        <span title={known?.meaning}>{known?.label ?? plainText(component.name)}</span>
        <span className={classes.weight}>{formatShare(share)} of the score</span>
        <span className={classes.value}>{formatDecimal(value, 2)}</span>
      </div>
      <meter
        className={classes.bar}
        min={0}
        max={1}
        low={0.4}
        high={0.7}
        optimum={1}
        value={value}
        aria-label={`${known?.label ?? component.name}: ${formatDecimal(value, 2)} of 1`}
      />
      {component.quotes.map((quote) => (
        <UnstyledButton
          key={`${quote.message_id} ${quote.text}`}
          className={classes.quote}
          onClick={() => showMessage(quote.message_id)}
          title="Show the message"
        >
          <bdi>“{plainText(quote.text)}”</bdi>
        </UnstyledButton>
      ))}
    </li>
  );
}
