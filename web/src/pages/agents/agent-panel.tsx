import { Button } from '@mantine/core';
import { IconPlayerPause, IconPlayerPlay } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import { type ReactNode, useState } from 'react';
import type { Agent } from '@/data/agents';
import type { Domain } from '@/data/domains';
import { today } from '@/lib/dates';
import { formatAge, formatCount, formatDateTime } from '@/lib/format';
import { Definition } from '@/ui/definition';
import { Panel } from '@/ui/panel';
import classes from './agents.module.css';
import { HEALTH_LABELS, healthOf, sayAnswerTime, sayFetched, sayVolume } from './status';
import { SwitchDialog } from './switch-dialog';

type AgentPanelProps = { agent: Agent; domain: Domain; isStaff: boolean };

/** One agent: its switch, who used it last and why, and what arrived of it. */
export function AgentPanel({ agent, domain, isStaff }: AgentPanelProps) {
  const [switching, setSwitching] = useState(false);
  const health = healthOf(agent);
  const fetched = sayFetched(agent);
  const day = today(domain.timezone);
  return (
    <Panel
      title={agent.name}
      note={
        <span className={classes.health} data-health={health} role="status">
          {HEALTH_LABELS[health]}
        </span>
      }
      actions={
        isStaff && (
          <Button
            size="xs"
            variant={agent.enabled ? 'default' : 'filled'}
            aria-label={`Switch ${agent.enabled ? 'off' : 'on'} ${agent.name}`}
            leftSection={
              agent.enabled ? (
                <IconPlayerPause size={15} aria-hidden />
              ) : (
                <IconPlayerPlay size={15} aria-hidden />
              )
            }
            onClick={() => setSwitching(true)}
          >
            Switch {agent.enabled ? 'off' : 'on'}
          </Button>
        )
      }
    >
      <p className={classes.description}>{agent.description}</p>
      <Switched agent={agent} domain={domain} isStaff={isStaff} />
      {health === 'silent' && (
        <p className={classes.notice}>
          Nothing has ever arrived of this agent.{' '}
          {agent.channel === 'widget'
            ? 'Is the script on the website? It shows here once a page with it is opened.'
            : 'It shows here once its backend asks for its settings.'}
        </p>
      )}
      <dl className={classes.figures}>
        <Figure name="Last activity" note={lastNote(agent, domain)}>
          {agent.last_activity_at ? formatAge(agent.last_activity_at) : 'Never'}
        </Figure>
        <Figure
          name="Conversations today"
          definition="Conversations begun today, beside the average of the 28 days before until this time of day."
          timezone={domain.timezone}
          note={sayVolume(agent)}
        >
          {agent.slug === 'website_agent' && (agent.conversations_today ?? 0) > 0 ? (
            <Link to="/conversations" search={{ domain: domain.site_domain, from: day, to: day }}>
              {formatCount(agent.conversations_today)}
            </Link>
          ) : (
            formatCount(agent.conversations_today ?? 0)
          )}
        </Figure>
        <Figure
          name="Median answer time"
          definition="Of the answers of the last 24 hours, half came faster."
          note={agent.median_answer_ms === null ? 'No answer in the last 24 hours' : undefined}
        >
          {sayAnswerTime(agent)}
        </Figure>
        <Figure
          name="Failures"
          definition="Conversations of the last 24 hours whose last message waits for an answer for over two minutes."
          note={agent.unanswered ? 'Visitors wait for an answer' : 'Nobody waits for an answer'}
          bad={Boolean(agent.unanswered)}
        >
          {formatCount(agent.unanswered ?? 0)}
        </Figure>
        <Figure
          name="Settings in use"
          definition="The version that was downloaded last, and whether there is a newer one. A widget asks whenever a page is opened."
          note={fetched.note}
        >
          {fetched.text}
        </Figure>
      </dl>
      {switching && (
        <SwitchDialog agent={agent} domain={domain} onClose={() => setSwitching(false)} />
      )}
    </Panel>
  );
}

function lastNote(agent: Agent, { timezone }: Domain): string | undefined {
  return agent.last_activity_at ? formatDateTime(agent.last_activity_at, timezone) : undefined;
}

type SwitchedProps = { agent: Agent; domain: Domain; isStaff: boolean };

function Switched({ agent, domain, isStaff }: SwitchedProps) {
  if (agent.switched_at === null) {
    return (
      <p className={classes.switched}>
        Never switched here: {agent.enabled_by_default ? 'on' : 'off'} unless somebody decides
        otherwise.{!isStaff && ' Rose staff switch agents.'}
      </p>
    );
  }
  return (
    <p className={classes.switched}>
      Switched {agent.enabled ? 'on' : 'off'} by {agent.switched_by ?? 'an erased person'},{' '}
      {formatDateTime(agent.switched_at, domain.timezone)}
      {agent.reason ? `: “${agent.reason}”` : '.'}
      {!isStaff && ' Rose staff switch agents.'}
    </p>
  );
}

type FigureProps = {
  name: string;
  definition?: string;
  timezone?: string;
  note?: string;
  bad?: boolean;
  children: ReactNode;
};

function Figure({ name, definition, timezone, note, bad, children }: FigureProps) {
  return (
    <div className={classes.figure}>
      <dt>
        {name}
        {definition && <Definition of={name} text={definition} timezone={timezone} />}
      </dt>
      <dd>
        <span className={classes.value} data-bad={bad || undefined}>
          {children}
        </span>
        {note && <span className={classes.note}>{note}</span>}
      </dd>
    </div>
  );
}
