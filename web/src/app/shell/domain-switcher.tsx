import { Button, Combobox, useCombobox } from '@mantine/core';
import { IconChevronDown, IconWorld } from '@tabler/icons-react';
import { useState } from 'react';
import type { Domain } from '@/data/domains';
import { ALL_DOMAINS } from '@/lib/filters';
import classes from './domain-switcher.module.css';

type DomainSwitcherProps = {
  domains: Domain[];
  value: string;
  onChange: (domain: string) => void;
};

// More than anybody scrolls through; searching finds the rest.
const SHOWN = 100;

function matches(domain: Domain, words: string): boolean {
  const text = `${domain.site_domain} ${domain.name} ${domain.organization?.name ?? ''}`;
  return text.toLowerCase().includes(words.trim().toLowerCase());
}

export function DomainSwitcher({ domains, value, onChange }: DomainSwitcherProps) {
  const [words, setWords] = useState('');
  const combobox = useCombobox({
    onDropdownClose: () => {
      combobox.resetSelectedOption();
      combobox.focusTarget();
      setWords('');
    },
    onDropdownOpen: () => combobox.focusSearchInput(),
  });

  if (domains.length <= 1) {
    return (
      <span className={classes.only}>
        <IconWorld size={16} stroke={1.7} aria-hidden />
        <span className={classes.label}>{domains[0]?.site_domain ?? 'No domain'}</span>
      </span>
    );
  }

  const found = domains.filter((domain) => matches(domain, words));
  const all = words === '' && (
    <Combobox.Option value={ALL_DOMAINS} active={value === ALL_DOMAINS}>
      <span className={classes.name}>All domains</span>
      <span className={classes.detail}>The sum of each domain’s own days</span>
    </Combobox.Option>
  );

  return (
    <Combobox
      store={combobox}
      width={300}
      position="bottom-start"
      onOptionSubmit={(option) => {
        onChange(option);
        combobox.closeDropdown();
      }}
    >
      <Combobox.Target targetType="button">
        <Button
          className={classes.button}
          variant="default"
          justify="space-between"
          leftSection={<IconWorld size={16} stroke={1.7} aria-hidden />}
          rightSection={<IconChevronDown size={14} aria-hidden />}
          title={value === ALL_DOMAINS ? undefined : value}
          aria-label={`Domain: ${value === ALL_DOMAINS ? 'all domains' : value}`}
          onClick={() => combobox.toggleDropdown()}
        >
          {value === ALL_DOMAINS ? 'All domains' : value}
        </Button>
      </Combobox.Target>
      <Combobox.Dropdown>
        <Combobox.Search
          value={words}
          onChange={(event) => {
            setWords(event.currentTarget.value);
            combobox.updateSelectedOptionIndex();
          }}
          placeholder="Search domains"
          aria-label="Search domains"
        />
        <Combobox.Options mah={320} style={{ overflowY: 'auto' }} aria-label="Domains">
          {all}
          {found.slice(0, SHOWN).map((domain) => (
            <Combobox.Option
              key={domain.site_domain}
              value={domain.site_domain}
              active={domain.site_domain === value}
            >
              <span className={classes.name}>{domain.site_domain}</span>
              <span className={classes.detail}>
                {domain.organization?.name ?? domain.name} · {domain.timezone}
              </span>
            </Combobox.Option>
          ))}
          {found.length === 0 && <Combobox.Empty>No domain matches</Combobox.Empty>}
        </Combobox.Options>
      </Combobox.Dropdown>
    </Combobox>
  );
}
