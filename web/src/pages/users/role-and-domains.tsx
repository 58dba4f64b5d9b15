import { MultiSelect, Radio, Stack } from '@mantine/core';
import { useDomains } from '@/data/domains';
import classes from './users.module.css';

const BESIDE = { description: classes.beside };

type RoleFieldProps = { value: string; onChange: (role: string) => void; error?: string };

export function RoleField({ value, onChange, error }: RoleFieldProps) {
  return (
    <Radio.Group label="Role" value={value} onChange={onChange} error={error}>
      <Stack gap={8} mt={6}>
        <Radio
          value="user"
          label="Client user"
          description="Sees and reviews the domains assigned to them."
          classNames={BESIDE}
        />
        <Radio
          value="admin"
          label="Rose staff"
          description="Sees every domain, and changes everything, users too."
          classNames={BESIDE}
        />
      </Stack>
    </Radio.Group>
  );
}

type DomainsFieldProps = {
  label: string;
  value: string[];
  onChange: (domains: string[]) => void;
  error?: string;
  description?: string;
};

export function DomainsField({ label, value, onChange, error, description }: DomainsFieldProps) {
  const known = useDomains().map((domain) => domain.site_domain);
  return (
    <MultiSelect
      label={label}
      description={description}
      data={[...new Set([...known, ...value])]}
      value={value}
      onChange={onChange}
      error={error}
      searchable
      clearable
      hidePickedOptions
      nothingFoundMessage="No such domain"
    />
  );
}
