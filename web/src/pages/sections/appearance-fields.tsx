import { ColorInput, Input, SegmentedControl } from '@mantine/core';
import {
  COLOR_LABELS,
  LAYOUTS,
  type SectionColors,
  type SectionContent,
} from '@/lib/section-content';
import { ContrastCheck } from './contrast-check';
import classes from './section-editor.module.css';

type AppearanceFieldsProps = {
  content: SectionContent;
  onChange: (changed: Partial<SectionContent>) => void;
  errors: Record<string, string>;
};

const NAMES = Object.keys(COLOR_LABELS) as (keyof SectionColors)[];

/** How the section looks. */
export function AppearanceFields({ content, onChange, errors }: AppearanceFieldsProps) {
  const { layout, colors } = content;
  return (
    <div className={classes.fields}>
      <Input.Wrapper label="Layout" labelElement="div" error={errors['content.layout']}>
        <div>
          <SegmentedControl
            aria-label="Layout"
            size="xs"
            data={LAYOUTS.map((each) => ({ ...each }))}
            value={layout}
            onChange={(value) => onChange({ layout: value as SectionContent['layout'] })}
          />
        </div>
      </Input.Wrapper>
      <div className={classes.pair}>
        {NAMES.map((name) => (
          <ColorInput
            key={name}
            label={COLOR_LABELS[name]}
            format="hex"
            value={colors[name]}
            onChange={(value) => onChange({ colors: { ...colors, [name]: value } })}
            error={errors[`content.colors.${name}`]}
            eyeDropperButtonProps={{ 'aria-label': `Pick ${COLOR_LABELS[name]} from the screen` }}
          />
        ))}
      </div>
      <ContrastCheck colors={colors} />
    </div>
  );
}
