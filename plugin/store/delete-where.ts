/** Deletes entries of a map by their values, and returns how many were deleted. */
export function deleteWhere<V>(map: Map<string, V>, isGone: (value: V) => boolean): number {
  const gone = [...map].filter(([, value]) => isGone(value));
  for (const [key] of gone) map.delete(key);
  return gone.length;
}
