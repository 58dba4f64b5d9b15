import appearance from '@config/website/appearance.json';
import ctas from '@config/website/ctas.json';
import system from '@config/website/system.json';
import type { Configuration, Schema } from '@/lib/configuration';
import type { JsonObject } from '@/lib/json';
import { blankOf } from '@/lib/schema-fields';

/** A configuration as `get_configuration` gives it, of which nothing is set. */
function untouched(slug: string, file: unknown, given: Partial<Configuration>): Configuration {
  const schema = file as Schema & { description: string; 'x-access': 'client' | 'staff' };
  const values = blankOf(schema, schema) as JsonObject;
  return {
    config_slug: slug,
    scope: 'website',
    title: schema.title ?? slug,
    description: schema.description,
    access: schema['x-access'],
    is_feature: false,
    enabled_by_default: true,
    merge_strategy: 'deep',
    schema,
    default_config: values,
    global_enabled: null,
    global_config: null,
    global_version: 0,
    site_enabled: null,
    site_config: null,
    site_version: 0,
    inherited_enabled: true,
    inherited_config: values,
    enabled: true,
    config: values,
    updated_at: null,
    updated_by: null,
    ...given,
  };
}

export const appearanceRow = (given: Partial<Configuration> = {}) =>
  untouched('appearance', appearance, given);

export const ctasRow = (given: Partial<Configuration> = {}) =>
  untouched('ctas', ctas, { is_feature: true, merge_strategy: 'replace', ...given });

export const systemRow = (given: Partial<Configuration> = {}) => untouched('system', system, given);
