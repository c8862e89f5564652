/**
 * DICOM JSON text with the members of every data set in ascending order (PS3.18 §F.2.2). JSON.stringify does not give that:
 * JavaScript puts names that are whole numbers, such as 30060020, before all others.
 */
export function orderedJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(orderedJson).join(',')}]`
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null'
  const members = Object.entries(value).filter(([, member]) => member !== undefined)
  // Names of anything but a data set (vr, Value, Alphabetic) keep their places: their order says nothing.
  const isDataSet = members.every(([name]) => /^[0-9A-F]{8}$/.test(name))
  if (isDataSet) members.sort(([a], [b]) => (a < b ? -1 : 1))
  return `{${members.map(([name, member]) => `${JSON.stringify(name)}:${orderedJson(member)}`).join(',')}}`
}
