import ColorWidget from '@rjsf/mantine/lib/widgets/ColorWidget.js';
import PasswordWidget from '@rjsf/mantine/lib/widgets/PasswordWidget.js';
import SelectWidget from '@rjsf/mantine/lib/widgets/SelectWidget.js';
import TextareaWidget from '@rjsf/mantine/lib/widgets/TextareaWidget.js';
import type { RegistryWidgetsType, TemplatesType } from '@rjsf/utils';
import { ArrayItemTemplate, ArrayTemplate } from './array-template';
import { ChoicesWidget } from './choices-widget';
import { FieldTemplate } from './field-template';
import { InputTemplate } from './input-template';
import { ObjectTemplate, WrapIfAdditional } from './object-template';
import { SwitchWidget } from './switch-widget';

const Nothing = () => null;

// Only the inputs that configurations have: the whole theme would bring calendars along.
export const widgets: RegistryWidgetsType = {
  CheckboxWidget: SwitchWidget,
  CheckboxesWidget: ChoicesWidget,
  ColorWidget,
  PasswordWidget,
  SelectWidget,
  TextareaWidget,
};

export const templates: Partial<Omit<TemplatesType, 'ButtonTemplates'>> = {
  BaseInputTemplate: InputTemplate,
  FieldTemplate,
  ObjectFieldTemplate: ObjectTemplate,
  ArrayFieldTemplate: ArrayTemplate,
  ArrayFieldItemTemplate: ArrayItemTemplate,
  WrapIfAdditionalTemplate: WrapIfAdditional,
  // The inputs say what is wrong with them, and fields their own help.
  FieldErrorTemplate: Nothing,
  FieldHelpTemplate: Nothing,
};
