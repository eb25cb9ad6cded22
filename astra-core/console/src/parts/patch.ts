// What a JSON Merge Patch (RFC 7396) says to make one object of another.

type Value = Record<string, unknown>;

const isObject = (value: unknown): value is Value => typeof value === "object" && value !== null && !Array.isArray(value);

/** The fields that differ: null for those that are gone. */
export function patchFrom(before: Value, after: Value): Value {
  const patch: Value = {};
  for (const name of new Set([...Object.keys(before), ...Object.keys(after)])) {
    const was = before[name];
    const is = after[name];
    if (is === undefined || is === null) {
      if (was !== undefined && was !== null) patch[name] = null;
    } else if (isObject(was) && isObject(is)) {
      const inner = patchFrom(was, is);
      if (Object.keys(inner).length > 0) patch[name] = inner;
    } else if (JSON.stringify(was) !== JSON.stringify(is)) {
      patch[name] = is;
    }
  }
  return patch;
}
