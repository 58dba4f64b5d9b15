import { type Json, type JsonObject, merge } from '@/lib/json';

/** The part of JSON Schema 2020-12 that configurations are written in, with what forms add to it. */
export type Schema = {
  type?: string;
  title?: string;
  description?: string;
  default?: Json;
  examples?: Json[];
  enum?: Json[];
  const?: Json;
  pattern?: string;
  format?: string;
  minLength?: number;
  maxLength?: number;
  minimum?: number;
  maximum?: number;
  exclusiveMinimum?: number;
  exclusiveMaximum?: number;
  multipleOf?: number;
  minItems?: number;
  maxItems?: number;
  minProperties?: number;
  maxProperties?: number;
  uniqueItems?: boolean;
  required?: string[];
  properties?: Record<string, Schema>;
  additionalProperties?: boolean | Schema;
  propertyNames?: Schema;
  items?: Schema;
  $ref?: string;
  $defs?: Record<string, Schema>;
  'x-access'?: 'client' | 'staff';
  'x-secret'?: boolean;
  'x-unit'?: string;
  'x-widget'?: 'textarea' | 'color';
  'x-enum-titles'?: string[];
  'x-pattern-message'?: string;
  'x-names-message'?: string;
  'x-contains-message'?: string;
};

/** A configuration as `get_configuration` gives it. */
export type Configuration = {
  config_slug: string;
  scope: 'global' | 'website';
  title: string;
  description: string;
  access: 'client' | 'staff';
  is_feature: boolean;
  enabled_by_default: boolean;
  merge_strategy: 'deep' | 'replace';
  schema: Schema;
  default_config: JsonObject;
  global_enabled: boolean | null;
  global_config: JsonObject | null;
  global_version: number;
  site_enabled: boolean | null;
  site_config: JsonObject | null;
  site_version: number;
  inherited_enabled: boolean;
  inherited_config: JsonObject;
  enabled: boolean;
  config: JsonObject;
  updated_at: string | null;
  updated_by: string | null;
};

/** What is being edited of a configuration: a website's own values, or those of every website. */
export type Edited = {
  version: number;
  /** On, off, or (null) as inherited. */
  enabled: boolean | null;
  /** What is overridden; null: nothing. */
  override: JsonObject | null;
  /** What holds: the override over what is inherited. */
  values: JsonObject;
  /** What holds where nothing is overridden. */
  inherited: JsonObject;
  inheritedEnabled: boolean;
  strategy: Configuration['merge_strategy'];
};

export function editedOf(row: Configuration, everywhere: boolean): Edited {
  if (everywhere) {
    return {
      version: row.global_version,
      enabled: row.global_enabled,
      override: row.global_config,
      values: overridden(row.merge_strategy, row.default_config, row.global_config),
      inherited: row.default_config,
      inheritedEnabled: row.enabled_by_default,
      strategy: row.merge_strategy,
    };
  }
  return {
    version: row.site_version,
    enabled: row.site_enabled,
    override: row.site_config,
    values: row.config,
    inherited: row.inherited_config,
    inheritedEnabled: row.inherited_enabled,
    strategy: row.merge_strategy,
  };
}

/** An override over what it inherits, as the server resolves it. */
export function overridden(
  strategy: Configuration['merge_strategy'],
  inherited: JsonObject,
  override: JsonObject | null,
): JsonObject {
  if (override === null) return inherited;
  return strategy === 'replace' ? override : (merge(inherited, override) as JsonObject);
}
