import { Switch } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { useSectionChange } from '@/data/section-changes';
import { clicksKey } from '@/data/section-clicks';
import type { ListedSection } from '@/data/sections';
import { formatAge, formatCount } from '@/lib/format';
import { tellFailure } from '@/ui/tell-failure';
import { SectionMenu } from './section-menu';
import { SectionState } from './section-state';
import classes from './sections-page.module.css';

type SectionRowProps = {
  section: ListedSection;
  clicks: Map<string, number> | undefined;
  onMove: (by: number) => void;
  isFirst: boolean;
  isLast: boolean;
};

export function SectionRow({ section, clicks, onMove, isFirst, isLast }: SectionRowProps) {
  const { mutate, isPending, variables } = useSectionChange();
  const { site_domain: siteDomain, id } = section;
  const questions = Array.isArray(section.questions) ? section.questions.length : 0;
  const clicked = clicks && (clicks.get(clicksKey(siteDomain, section.slug)) ?? 0);
  const enabled = isPending && variables.kind === 'enabled' ? variables.enabled : section.enabled;
  const turn = (next: boolean) =>
    mutate(
      { kind: 'enabled', siteDomain, id, enabled: next },
      {
        onError: (error) => tellFailure(`The section was not turned ${next ? 'on' : 'off'}`, error),
      },
    );

  return (
    <div className={classes.line}>
      <span className={classes.name}>
        <Link
          to="/sections/$domain/$id"
          params={{ domain: siteDomain, id }}
          className={classes.title}
        >
          {section.title}
        </Link>
        <span className={classes.about}>
          {section.slug} · {formatCount(questions)} {questions === 1 ? 'question' : 'questions'}
        </span>
      </span>
      <span className={classes.state}>
        <SectionState section={section} />
      </span>
      <span className={classes.number}>
        {formatCount(clicked)} <small>{clicked === 1 ? 'click' : 'clicks'}</small>
      </span>
      <span className={classes.soft}>Saved {formatAge(section.updated_at)}</span>
      {section.archived_at === null ? (
        <Switch
          aria-label={`“${section.title}” is on`}
          checked={enabled}
          onChange={(event) => turn(event.currentTarget.checked)}
        />
      ) : (
        <span />
      )}
      <SectionMenu
        section={section}
        onMove={section.archived_at === null ? onMove : undefined}
        isFirst={isFirst}
        isLast={isLast}
      />
    </div>
  );
}
