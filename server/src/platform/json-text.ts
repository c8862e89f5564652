/** JSON as a jsonb column takes it: Postgres refuses NUL and halves of surrogate pairs, which programs elsewhere put into text. They become U+FFFD. */
export const jsonText = (value: unknown): string =>
  JSON.stringify(value, (_name, member: unknown) => (typeof member === 'string' ? member.toWellFormed().replaceAll('\0', '\uFFFD') : member))
