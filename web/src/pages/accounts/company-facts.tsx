import type { Company } from '@/data/company';
import type { Enrichment } from '@/data/enrichments';
import { sourceLabel } from '@/lib/enrichment';
import { formatCountry, formatDateTime } from '@/lib/format';
import { CrmFacts } from '@/lists/crm-facts';
import { type Fact, Facts } from '@/ui/facts';
import classes from './company-facts.module.css';

type CompanyFactsProps = { company: Company; answers: Enrichment[]; timezone: string };

/** Firmographics, each with who said so. */
export function CompanyFacts({ company, answers, timezone }: CompanyFactsProps) {
  const sources = new Map(
    answers.flatMap((answer) => (answer.is_current ? [[answer.field, answer.source]] : [])),
  );
  const withSource = (field: string, value: string | null) => {
    const source = sources.get(field);
    return (
      value && (
        <>
          {value}
          {source && <span className={classes.source}>{sourceLabel(source)}</span>}
        </>
      )
    );
  };
  const facts: Fact[] = [
    ['Company’s domain', withSource('domain', company.domain)],
    ['Industry', withSource('industry', company.industry)],
    ['Size', withSource('size', company.size)],
    ['Country', withSource('country', company.country && formatCountry(company.country))],
    ['Company’s website', withSource('website', company.website)],
    ['Description', withSource('description', company.description)],
    ['Domain', company.site_domain],
    ['First seen', formatDateTime(company.first_seen_at, timezone)],
    ['Timezone', timezone],
  ];
  return (
    <>
      <Facts label="About the company" facts={facts} />
      <CrmFacts
        siteDomain={company.site_domain}
        object="company"
        id={company.id}
        timezone={timezone}
      />
    </>
  );
}
