/** Texts as patterns of SQL's LIKE, in which `%`, `_` and `\` mean themselves. */

/** A literal inside a pattern. */
export const likeLiteral = (text: string): string => text.replace(/[\\%_]/g, '\\$&')
/** Of what has the text anywhere in it. */
export const anywhere = (text: string): string => `%${likeLiteral(text)}%`
/** Of what begins with the text. */
export const beginning = (text: string): string => `${likeLiteral(text)}%`
