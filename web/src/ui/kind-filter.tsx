import { Chip, Group } from '@mantine/core';

type KindFilterProps<Kind extends string> = {
  kinds: readonly Kind[];
  labels: Record<Kind, string>;
  /** None chosen: all of them are shown. */
  value: Kind[] | undefined;
  onChange: (kinds: Kind[] | undefined) => void;
};

/** Which kinds of things a timeline shows. */
export function KindFilter<Kind extends string>(props: KindFilterProps<Kind>) {
  const { kinds, labels, value, onChange } = props;
  const change = (chosen: string[]) => {
    const kept = kinds.filter((kind) => chosen.includes(kind));
    onChange(kept.length === 0 || kept.length === kinds.length ? undefined : kept);
  };
  return (
    <Chip.Group multiple value={value ?? []} onChange={change}>
      <Group gap={6} role="group" aria-label="Show only">
        {kinds.map((kind) => (
          <Chip key={kind} value={kind} size="xs" variant="outline">
            {labels[kind]}
          </Chip>
        ))}
      </Group>
    </Chip.Group>
  );
}
