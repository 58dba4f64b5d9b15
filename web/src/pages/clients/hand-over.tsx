import type { ClientKey } from '@/data/client-access';
import { useBackend } from '@/lib/backend';
import { widgetScript } from '@/lib/widget-script';
import { CopiedText } from '@/ui/copied-text';
import section from '@/ui/section.module.css';
import classes from './clients.module.css';
import { currentKey } from './key-state';

type HandOverProps = { keys: ClientKey[]; now: Date };

/** What the client's web team and the agent's backend are given. */
export function HandOver({ keys, now }: HandOverProps) {
  const { config } = useBackend();
  const widget = currentKey(keys, 'public', now);
  const agent = currentKey(keys, 'secret', now);
  return (
    <section className={classes.part} aria-label="Hand over">
      <h3 className={classes.title}>
        For the website: once on every page, before the end of its body
      </h3>
      {widget?.public_key ? (
        <CopiedText label="the snippet" text={widgetScript(config.apiUrl, widget.public_key)} />
      ) : (
        <p className={classes.text}>There is no public key that works: make one below.</p>
      )}
      <h3 className={classes.title}>For the agent’s backend</h3>
      <CopiedText label="the address" text={`${config.apiUrl}/agent/v1`} />
      <p className={section.note}>
        {agent
          ? `It sends its secret key (${agent.secret_hint}) as “Authorization: Bearer …”. A secret key is shown only when it is made: replace it to get another.`
          : 'It needs a secret key: make one below, and hand it over by a safe way. It is shown only then.'}
      </p>
    </section>
  );
}
