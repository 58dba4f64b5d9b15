import { Button, Popover } from '@mantine/core';
import type { Schema } from '@/lib/configuration';
import { type Json, type Path, valueAt } from '@/lib/json';
import { formatValue } from '@/lib/schema-fields';
import classes from './form.module.css';
import { useFormState } from './form-context';
import { originOf } from './origin';

type FieldOriginProps = { path: Path; schema: Schema; title: string };

/** Where a field's value comes from, each layer's value on demand, and the way back. */
export function FieldOrigin({ path, schema, title }: FieldOriginProps) {
  const state = useFormState();
  const origin = originOf(state, path);
  if (!origin) return null;
  const { from, inherited, preset, unsaved } = origin;
  const words = {
    default: 'Default',
    everywhere: 'Every website',
    here: state.everywhere ? 'Every website' : 'This website',
  };
  const say = (value: Json | undefined) => formatValue(state.root, schema, value);
  const saved = valueAt(state.edited.values, path);
  const layers: [string, string][] = [
    ['Default', say(preset)],
    ...(state.everywhere ? [] : [['Every website', say(inherited)] as [string, string]]),
    [state.everywhere ? 'Every website, saved' : 'This website, saved', say(saved)],
    ['In this form', say(valueAt(state.values, path) ?? inherited)],
  ];

  return (
    <span className={classes.origin}>
      {unsaved && <span className={classes.unsaved}>Not saved</span>}
      <Popover withinPortal position="bottom-end" width={320} trapFocus={false}>
        <Popover.Target>
          <button
            type="button"
            className={classes.from}
            data-from={from}
            aria-label={`${title}: ${words[from]}. Show where it comes from`}
          >
            {words[from]}
          </button>
        </Popover.Target>
        <Popover.Dropdown>
          <dl className={classes.layers}>
            {layers.map(([name, value]) => (
              <div key={name}>
                <dt>{name}</dt>
                <dd>{value}</dd>
              </div>
            ))}
          </dl>
        </Popover.Dropdown>
      </Popover>
      {from === 'here' && inherited !== undefined && !state.readOnly && (
        <Button
          size="compact-xs"
          variant="subtle"
          aria-label={`Reset ${title}`}
          onClick={() => state.put(path, inherited)}
        >
          Reset
        </Button>
      )}
    </span>
  );
}
