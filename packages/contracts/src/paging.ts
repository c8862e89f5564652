import { Type, type Static } from 'typebox'

export const defaultPageSize = 50
export const maxPageSize = 200

/** Query of every list: `cursor` is `next` of the page before. */
export const PageQuery = Type.Object({
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: maxPageSize, default: defaultPageSize, description: 'most items of one page' })),
  cursor: Type.Optional(Type.String({ minLength: 1, maxLength: 1_000, description: '"next" of the page before; from the beginning where it is absent' })),
})
export type PageQuery = Static<typeof PageQuery>
