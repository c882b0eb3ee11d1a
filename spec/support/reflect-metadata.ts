/**
 * The three functions that @peculiar/x509's container of algorithms asks for and Node does not have. It keeps what is
 * noted about a class, and nothing more.
 */
const notes = new WeakMap<object, Map<unknown, unknown>>();

const read = (key: unknown, target: object): unknown => notes.get(target)?.get(key);

Object.assign(Reflect, {
  getMetadata: read,
  getOwnMetadata: read,
  defineMetadata(key: unknown, value: unknown, target: object): void {
    notes.set(target, (notes.get(target) ?? new Map<unknown, unknown>()).set(key, value));
  },
});
