import { NONE } from '@/lib/format';
import classes from './ticket-status.module.css';

type IssueLinkProps = { identifier: string | null; url: string | null };

/** The issue in Linear; its address is the server's, and still has to be one of the web. */
export function IssueLink({ identifier, url }: IssueLinkProps) {
  if (!identifier) return <>{NONE}</>;
  if (!url || !/^https?:\/\//i.test(url)) return <>{identifier}</>;
  return (
    <a
      className={classes.link}
      href={url}
      target="_blank"
      rel="noopener noreferrer"
      title="Opens in Linear, for who has access to it"
    >
      {identifier}
    </a>
  );
}
