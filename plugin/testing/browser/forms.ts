/** The forms of a page as a browser without scripts would submit them (HTML, form submission), file inputs excepted. */
import { tagsOf, type Tag } from './html-tags.js';

export type Field = readonly [name: string, value: string];

export interface Button {
  name: string;
  value: string;
  label: string;
  /** Absolute; present when the button overrides the form's action. */
  action: string | undefined;
}

export interface Form {
  /** Absolute. */
  action: string;
  method: 'GET' | 'POST';
  fields: readonly Field[];
  buttons: readonly Button[];
}

interface OpenForm extends Form {
  fields: Field[];
  buttons: Button[];
}

const buttonTypes = new Set(['submit', 'image', 'button', 'reset']);

function readInput(
  form: OpenForm,
  attributes: ReadonlyMap<string, string>,
  button: (label: string) => void,
): void {
  const name = attributes.get('name');
  const type = attributes.get('type')?.toLowerCase() ?? 'text';
  if (type === 'submit') button(attributes.get('value') ?? '');
  if (name === undefined || buttonTypes.has(type) || type === 'file' || attributes.has('disabled')) return;
  const checkable = type === 'checkbox' || type === 'radio';
  if (checkable && !attributes.has('checked')) return;
  form.fields.push([name, attributes.get('value') ?? (checkable ? 'on' : '')]);
}

/** Label of a button: its text may be split by inner tags. */
function labelFrom(tags: readonly Tag[], start: number): string {
  const end = tags.findIndex((tag, index) => index > start && tag.name === '/button');
  return tags
    .slice(start, end === -1 ? undefined : end)
    .map((tag) => tag.text)
    .join('')
    .replace(/\s+/g, ' ')
    .trim();
}

/** `pageUrl`: what relative actions are resolved against. */
export function formsOf(html: string, pageUrl: string): Form[] {
  const forms: OpenForm[] = [];
  const tags = tagsOf(html);
  let open: OpenForm | undefined;
  let select: { name: string; chosen: string | undefined } | undefined;
  tags.forEach(({ name, attributes, text }, index) => {
    if (name === 'form') {
      open = {
        action: new URL(attributes.get('action') ?? '', pageUrl).href,
        method: attributes.get('method')?.toUpperCase() === 'POST' ? 'POST' : 'GET',
        fields: [],
        buttons: [],
      };
      forms.push(open);
    }
    if (name === '/form') open = undefined;
    if (!open) return;
    const form = open;
    const pushButton = (label: string): void => {
      const override = attributes.get('formaction');
      form.buttons.push({
        name: attributes.get('name') ?? '',
        value: attributes.get('value') ?? '',
        label,
        action: override === undefined ? undefined : new URL(override, pageUrl).href,
      });
    };
    if (name === 'input') readInput(form, attributes, pushButton);
    if (name === 'button' && (attributes.get('type') ?? 'submit') === 'submit')
      pushButton(labelFrom(tags, index));
    if (name === 'textarea') form.fields.push([attributes.get('name') ?? '', text.replace(/^\r?\n/, '')]);
    if (name === 'select') select = { name: attributes.get('name') ?? '', chosen: undefined };
    if (name === 'option' && select && (attributes.has('selected') || select.chosen === undefined)) {
      select.chosen = attributes.get('value') ?? text.trim();
    }
    if (name === '/select' && select) {
      form.fields.push([select.name, select.chosen ?? '']);
      select = undefined;
    }
  });
  return forms;
}
