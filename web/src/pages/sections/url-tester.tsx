import { TextInput } from '@mantine/core';
import { IconCheck, IconX } from '@tabler/icons-react';
import { judgeUrl, parseAddress, type UrlVerdict } from '@widget/url-rules';
import { useState } from 'react';
import type { SectionContent } from '@/lib/section-content';
import classes from './url-tester.module.css';

type UrlTesterProps = { domain: string; urls: SectionContent['urls'] };

/** An address as typed, or a path of the website. */
function addressOf(typed: string, domain: string): string {
  const bare = typed.trim();
  if (/^https?:\/\//i.test(bare)) return bare;
  return bare.startsWith('/') ? `https://${domain}${bare}` : `https://${bare}`;
}

function said({ shown, by }: UrlVerdict): string {
  if (by) {
    const rule = by.list === 'include' ? 'is among the pages' : 'is among the exceptions';
    return `${shown ? 'Shown' : 'Not shown'}: ${by.pattern} ${rule}.`;
  }
  return shown ? 'Shown: it shows on every page.' : 'Not shown: no pattern fits this address.';
}

/** Answers “does this URL show it?” by the code that runs on the website. */
export function UrlTester({ domain, urls }: UrlTesterProps) {
  const [typed, setTyped] = useState('');
  const address = addressOf(typed, domain);
  const isAddress = parseAddress(address) !== undefined;
  const written = {
    include: urls.include.filter((line) => line.trim()),
    exclude: urls.exclude.filter((line) => line.trim()),
  };
  const verdict = isAddress ? judgeUrl(written, address) : null;
  const Icon = verdict?.shown ? IconCheck : IconX;

  return (
    <div>
      <TextInput
        label="Does this URL show it?"
        placeholder={`https://${domain}/pricing`}
        value={typed}
        onChange={(event) => setTyped(event.currentTarget.value)}
        spellCheck={false}
        inputMode="url"
        autoComplete="off"
      />
      <p className={classes.verdict} data-shown={verdict?.shown || undefined} role="status">
        {typed.trim() !== '' &&
          (verdict ? (
            <>
              <Icon size={15} aria-hidden />
              {said(verdict)}
            </>
          ) : (
            'This is no address.'
          ))}
      </p>
    </div>
  );
}
