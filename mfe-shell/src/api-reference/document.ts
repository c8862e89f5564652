/** As much of an OpenAPI 3.1 document as the reference shows. */
export interface Schema {
  readonly $ref?: string
  readonly type?: string | readonly string[]
  readonly description?: string
  readonly properties?: Readonly<Record<string, Schema>>
  readonly required?: readonly string[]
  readonly items?: Schema
  readonly anyOf?: readonly Schema[]
  readonly enum?: readonly unknown[]
  readonly const?: unknown
  readonly format?: string
  readonly pattern?: string
  readonly minLength?: number
  readonly maxLength?: number
  readonly minimum?: number
  readonly maximum?: number
  readonly default?: unknown
}
type Content = Readonly<Record<string, { readonly schema?: Schema }>>
export interface Parameter { readonly name: string; readonly in: string; readonly required?: boolean; readonly description?: string; readonly schema?: Schema }
export interface Operation {
  readonly operationId: string
  readonly summary?: string
  readonly description?: string
  readonly tags?: readonly string[]
  readonly parameters?: readonly Parameter[]
  readonly requestBody?: { readonly content: Content }
  readonly responses: Readonly<Record<string, { readonly description: string; readonly content?: Content }>>
  readonly security?: readonly Readonly<Record<string, readonly string[]>>[]
}
export interface OpenApiDocument {
  readonly info: { readonly title: string; readonly version: string; readonly description: string }
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>
  readonly components: { readonly schemas: Readonly<Record<string, Schema>> }
}

/** One operation with its place. */
export interface Entry extends Operation {
  readonly method: string
  readonly path: string
}

/** The operations by their first tag, tags in alphabetical order, that have every word of `search` in path, name or summary. */
export function operationsByTag({ paths }: OpenApiDocument, search: string): readonly (readonly [tag: string, entries: readonly Entry[]])[] {
  const words = search.toLowerCase().split(/\s+/)
  const entries = Object.entries(paths).flatMap(([path, methods]) => Object.entries(methods).map(([method, operation]) => ({ ...operation, method: method.toUpperCase(), path })))
    .filter(({ path, method, operationId, summary = '' }) => words.every((word) => `${method} ${path} ${operationId} ${summary}`.toLowerCase().includes(word)))
  const byTag = Map.groupBy(entries, ({ tags }) => tags?.[0] ?? 'API')
  return [...byTag].sort(([one], [other]) => one.localeCompare(other))
}

/** The schema a reference means, with the name it has. */
export function resolve({ components }: OpenApiDocument, schema: Schema): { readonly name: string | undefined; readonly schema: Schema } {
  const name = schema.$ref?.split('/').at(-1)
  return name === undefined ? { name, schema } : { name, schema: components.schemas[name] ?? {} }
}

/** What values a schema takes, in one line: `integer, 1 … 200, default 50`. */
export function shapeOf(document: OpenApiDocument, reference: Schema): string {
  const { name, schema } = resolve(document, reference)
  if (name !== undefined) return name
  const { type, items, anyOf, format, pattern, minLength, maxLength, minimum, maximum } = schema
  if (schema.const !== undefined) return JSON.stringify(schema.const)
  if (schema.enum) return schema.enum.map((one) => JSON.stringify(one)).join(' | ')
  if (anyOf) return anyOf.map((one) => shapeOf(document, one)).join(' | ')
  if (items) return `${shapeOf(document, items)}[]`
  const range = (low: number | undefined, high: number | undefined) => (low === undefined && high === undefined ? undefined : `${low === undefined ? '' : String(low)} … ${high === undefined ? '' : String(high)}`.trim())
  return [[type].flat().join(' | '), format, range(minimum, maximum), range(minLength, maxLength), pattern && `/${pattern}/`, schema.default === undefined ? undefined : `default ${JSON.stringify(schema.default)}`]
    .filter((part) => part !== undefined && part !== '').join(', ')
}

/** What a caller must hold: the permission, `session` alone, or nothing. */
export function needs({ security = [] }: Operation): { readonly permission?: string; readonly isPublic: boolean } {
  const permission = security.flatMap((one) => Object.values(one).flat())[0]
  return { ...(permission !== undefined && { permission }), isPublic: security.length === 0 }
}

/** The request for a terminal; what is to be filled in stands in capitals. */
export function curl({ method, path, requestBody, security = [] }: Entry, origin: string): string {
  const address = origin + path.replaceAll(/\{(\w+)\}/g, (_all, name: string) => name.toUpperCase())
  return [
    `curl -X ${method} '${address}'`,
    ...(security.length === 0 ? [] : ["-H 'Authorization: Bearer TOKEN'"]),
    ...(requestBody === undefined ? [] : [`-H 'Content-Type: ${Object.keys(requestBody.content)[0] ?? 'application/json'}'`, "-d '…'"]),
  ].join(' \\\n  ')
}
