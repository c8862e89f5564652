type Known<Members> = { [Name in keyof Members as undefined extends Members[Name] ? never : Name]: Members[Name] }
type Unsure<Members> = { [Name in keyof Members as undefined extends Members[Name] ? Name : never]?: Exclude<Members[Name], undefined> }

/** The members that have a value: what is not known is left out, not told as nothing. */
export function withoutUndefined<Members extends object>(members: Members): Known<Members> & Unsure<Members> {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined)) as Known<Members> & Unsure<Members>
}
