// By its file: the package's index brings a validator for tests along.
import Form from '@rjsf/core/lib/components/Form.js';
import type { ErrorSchema, RJSFSchema, ValidatorType } from '@rjsf/utils';
import { useMemo } from 'react';
import { fromPointer, type JsonObject } from '@/lib/json';
import type { FieldError } from '@/lib/schema-errors';
import { FormContext, type FormState } from './form-context';
import { templates, widgets } from './theme';
import { uiSchemaOf } from './ui-schema';

// What is wrong comes in by `errors`, from here and from the server alike; schemas of
// configurations have no alternatives of which a validator would have to choose one.
const validator: ValidatorType = {
  validateFormData: () => ({ errors: [], errorSchema: {} }),
  isValid: () => true,
  rawValidation: () => ({}),
};

const SAVED_ELSEWHERE = { 'ui:submitButtonOptions': { norender: true } };

function errorSchemaOf(errors: FieldError[]): ErrorSchema {
  const tree: ErrorSchema = {};
  for (const { field, message } of errors) {
    let place: ErrorSchema = tree;
    for (const key of fromPointer(field)) {
      const inner: ErrorSchema = place[key] ?? {};
      place[key] = inner;
      place = inner;
    }
    place.__errors = [...(place.__errors ?? []), message];
  }
  return tree;
}

type SchemaFormProps = FormState & {
  errors: FieldError[];
  onChange: (values: JsonObject) => void;
};

/** The form of a configuration, made from its schema. */
export function SchemaForm({ errors, onChange, ...state }: SchemaFormProps) {
  const uiSchema = useMemo(() => ({ ...uiSchemaOf(state.root), ...SAVED_ELSEWHERE }), [state.root]);
  const errorSchema = useMemo(() => errorSchemaOf(errors), [errors]);
  return (
    <FormContext value={state}>
      <Form
        tagName="div"
        schema={state.root as RJSFSchema}
        uiSchema={uiSchema}
        formData={state.values}
        extraErrors={errorSchema}
        validator={validator}
        templates={templates}
        widgets={widgets}
        readonly={state.readOnly}
        idPrefix="setting"
        idSeparator="."
        noValidate
        showErrorList={false}
        // What a value is without being set is the server's to say, not the form's to fill in.
        experimental_defaultFormStateBehavior={{
          emptyObjectFields: 'skipDefaults',
          arrayMinItems: { populate: 'never' },
          constAsDefaults: 'never',
        }}
        onChange={({ formData }) => onChange(formData as JsonObject)}
      />
    </FormContext>
  );
}
