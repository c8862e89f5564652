/** Media types and Accept lists as clients write them (RFC 9110 §8.3, §12.5.1), read tolerantly. */

export interface MediaType {
  /** `type/subtype` in lower case; a lone `*` reads as any type. */
  readonly type: string
  /** In the order written, names in lower case, quotes removed; a name can repeat, which some rules refuse. */
  readonly parameters: readonly (readonly [name: string, value: string])[]
}

export interface MediaRange extends MediaType {
  /** Weight from 0 (never) to 1. */
  readonly quality: number
}

/** The first value of a parameter, or undefined. */
export function parameterOf(mediaType: MediaType, name: string): string | undefined {
  return mediaType.parameters.find(([written]) => written === name)?.[1]
}

/** Every value of a parameter, in the order written. */
export function parametersOf(mediaType: MediaType, name: string): string[] {
  return mediaType.parameters.filter(([written]) => written === name).map(([, value]) => value)
}

/** One media type with its parameters, or undefined when the text is none. Unquoted values may hold `/`, as PS3.18 §8.7 allows senders. */
export function parseMediaType(text: string): MediaType | undefined {
  const [essence = '', ...rest] = splitOutsideQuotes(text, ';')
  const type = essence.trim().toLowerCase()
  if (type !== '*' && !/^[^\s/",;=]+\/[^\s/",;=]+$/.test(type)) return undefined
  const parameters = rest.flatMap((parameter): [string, string][] => {
    const equals = parameter.indexOf('=')
    if (equals < 0) return []
    const name = parameter.slice(0, equals).trim().toLowerCase()
    return name === '' ? [] : [[name, unquote(parameter.slice(equals + 1).trim())]]
  })
  return { type: type === '*' ? '*/*' : type, parameters }
}

/** The ranges of an Accept value in the order written; what cannot be read as a range is left out. */
export function parseAccept(text: string): MediaRange[] {
  return splitOutsideQuotes(text, ',').flatMap((element) => {
    const mediaType = parseMediaType(element)
    if (!mediaType) return []
    const quality = qualityOf(parameterOf(mediaType, 'q'))
    return [{ type: mediaType.type, parameters: mediaType.parameters.filter(([name]) => name !== 'q'), quality }]
  })
}

/** Writes a media type; values that are not tokens are quoted. */
export function formatMediaType(type: string, parameters: Readonly<Record<string, string>> = {}): string {
  return [type, ...Object.entries(parameters).map(([name, value]) => `${name}=${quoted(value)}`)].join('; ')
}

function quoted(value: string): string {
  return /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/.test(value) ? value : `"${value.replace(/["\\]/g, '\\$&')}"`
}

function qualityOf(text: string | undefined): number {
  if (text === undefined) return 1
  const quality = Number.parseFloat(text)
  return Number.isFinite(quality) ? Math.min(Math.max(quality, 0), 1) : 1
}

function unquote(text: string): string {
  if (!text.startsWith('"')) return text
  const end = text.length > 1 && text.endsWith('"') ? -1 : undefined
  return text.slice(1, end).replace(/\\(.)/g, '$1')
}

function splitOutsideQuotes(text: string, separator: ',' | ';'): string[] {
  const pieces: string[] = []
  let start = 0
  let quotes = false
  for (let at = 0; at < text.length; at++) {
    const character = text[at]
    if (quotes && character === '\\') at++
    else if (character === '"') quotes = !quotes
    else if (!quotes && character === separator) {
      pieces.push(text.slice(start, at))
      start = at + 1
    }
  }
  pieces.push(text.slice(start))
  return pieces
}
