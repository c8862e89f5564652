import { Type } from 'typebox'

/** Header of a change that is made only to the version its sender has seen. */
export const IfMatch = Type.Object({ 'if-match': Type.Optional(Type.String({ pattern: '^"\\d{1,9}"$', description: 'ETag of the version that is to be changed' })) })

/** The version `If-Match` names; undefined where any will do. */
export const versionIn = (headers: { readonly 'if-match'?: string }): number | undefined => (headers['if-match'] === undefined ? undefined : Number(headers['if-match'].slice(1, -1)))

export const etagOf = ({ version }: { readonly version: number }): string => `"${version}"`
