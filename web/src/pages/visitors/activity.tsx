import {
  IconBolt,
  IconDatabase,
  IconFileText,
  IconMessage,
  IconRobot,
  IconTarget,
} from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import type { VisitorActivity } from '@/data/visitor-timeline';
import { foundText, sourceLabel } from '@/lib/enrichment';
import { CONVERSIONS } from '@/lib/filters';
import { ConversionBadge } from '@/ui/conversion-badges';
import classes from '@/ui/timeline.module.css';

const EVENTS: Record<string, string> = {
  widget_displayed: 'Was shown the widget',
  widget_opened: 'Opened the widget',
  typed_into_input: 'Typed into the input',
  suggestion_clicked: 'Clicked a suggested question',
  section_question_clicked: 'Clicked a question of an AI Section',
  cta_displayed: 'Was shown a call to action',
  engagement_displayed: 'Was spoken to by the agent',
  engagement_clicked: 'Took up what the agent said first',
  form_submitted: 'Sent a form',
  $identify: 'Was identified',
};
const SIZE = 14;

export function activityIcon({ kind, name }: VisitorActivity) {
  if (kind === 'page') return <IconFileText size={SIZE} />;
  if (kind === 'conversion') return <IconTarget size={SIZE} />;
  if (kind === 'enrichment') return <IconDatabase size={SIZE} />;
  if (kind !== 'message') return <IconBolt size={SIZE} />;
  return name === 'visitor' ? <IconMessage size={SIZE} /> : <IconRobot size={SIZE} />;
}

type ActivityProps = { activity: VisitorActivity; domain: string };

/** One thing that a visitor did, or that was learnt. What was written is shown as text alone. */
export function Activity({ activity, domain }: ActivityProps) {
  const { kind, name, page, text, details, conversation_id } = activity;
  if (kind === 'page') return `Viewed ${page ?? 'a page'}`;
  if (kind === 'enrichment') {
    return (
      <>
        Found out by: {sourceLabel(name)}
        <span className={classes.quote}>{foundText(details)}</span>
      </>
    );
  }
  if (kind === 'conversion') {
    const conversion = CONVERSIONS.find((each) => each === name);
    return conversion ? <ConversionBadge kind={conversion} /> : name;
  }
  if (kind !== 'message') {
    const said = EVENTS[name] ?? `Event “${name}”`;
    return page ? `${said} on ${page}` : said;
  }
  return (
    <>
      {name === 'visitor' ? 'Wrote' : 'The agent answered'}
      {conversation_id && (
        <>
          {' · '}
          <Link
            to="/conversations/$domain/$id"
            params={{ domain, id: conversation_id }}
            className={classes.link}
            preload={false}
          >
            Conversation
          </Link>
        </>
      )}
      <span className={classes.quote}>{text}</span>
    </>
  );
}
