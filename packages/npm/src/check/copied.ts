// Values as they are at the moment of the call. What their caller does to them while the call waits for its turn or for its key
// is not seen, because nobody would check it.

import { entriesOf, type Pairs, type Type } from '../binding/abi.ts';

/** A copy of a value that was checked. */
export function copied(type: Type, value: any): unknown {
  if (value == null) return value;
  const { shape } = type;
  switch (shape.kind) {
    case 'option':
      return copied(shape.of, value);
    case 'list':
      return (value as readonly unknown[]).map((entry) => copied(shape.of, entry));
    case 'pairs':
      return entriesOf(value as Pairs).map(([name, text]) => [name, text]);
    case 'json':
      return typeof value === 'string' ? value : JSON.stringify(value);
    case 'record': {
      const copy: Record<string, unknown> = {};
      for (const [name, field] of shape.fields) copy[name] = copied(field, value[name]);
      return copy;
    }
    default:
      return value;
  }
}
