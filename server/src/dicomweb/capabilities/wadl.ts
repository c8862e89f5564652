/** Capabilities as a Web Application Description (PS3.18 §8.9.3), in XML and, member for element, in JSON. */
import type { Operation, Resource } from './resources.ts'

const wadlNamespace = 'http://wadl.dev.java.net/2009/02'

/** The one character set of text in requests and answers. */
const charset = 'utf-8'

/** The description of these resources as XML. */
export function wadlXml(base: string, resources: readonly Resource[]): string {
  const described = resources.map(({ path, operations }) => `    <resource path="${escaped(path)}">\n${operations.map(methodXml).join('')}    </resource>\n`)
  return `<?xml version="1.0" encoding="UTF-8"?>\n<application xmlns="${wadlNamespace}">\n  <resources base="${escaped(base)}/">\n${described.join('')}  </resources>\n</application>\n`
}

function methodXml({ method, consumes, produces, parameters }: Operation): string {
  const params = paramsOf(produces, parameters).map(({ name, style, options = [] }) => {
    const inner = options.map((value) => `<option value="${escaped(value)}"/>`).join('')
    return `          <param name="${escaped(name)}" style="${style}"${inner === '' ? '/>' : `>${inner}</param>`}\n`
  })
  const request = params.join('') + consumes.map((mediaType) => `          <representation mediaType="${escaped(mediaType)}"/>\n`).join('')
  const response = produces.map((mediaType) => `          <representation mediaType="${escaped(mediaType)}"/>\n`).join('')
  return `      <method name="${method}">\n${section('request', request)}${section('response', response)}      </method>\n`
}

const section = (name: string, content: string): string => (content === '' ? '' : `        <${name}>\n${content}        </${name}>\n`)

/** The same description as JSON text. */
export function wadlJson(base: string, resources: readonly Resource[]): string {
  return JSON.stringify({
    application: {
      resources: {
        base: `${base}/`,
        resource: resources.map(({ path, operations }) => ({
          path,
          method: operations.map(({ method, consumes, produces, parameters }) => ({
            name: method,
            request: {
              param: paramsOf(produces, parameters).map(({ name, style, options }) => ({ name, style, ...(options && { option: options.map((value) => ({ value })) }) })),
              representation: consumes.map((mediaType) => ({ mediaType })),
            },
            response: { representation: produces.map((mediaType) => ({ mediaType })) },
          })),
        })),
      },
    },
  })
}

interface Param {
  readonly name: string
  readonly style: 'header' | 'query'
  /** All values it may have; any where absent. */
  readonly options?: readonly string[]
}

/** How an answer is chosen, by header or by the query parameter of the same meaning, and what else a query may hold. */
function paramsOf(produces: readonly string[], parameters: readonly string[]): Param[] {
  const choosing: readonly Param[] = [
    { name: 'Accept', style: 'header', options: produces },
    { name: 'Accept-Charset', style: 'header', options: [charset] },
    { name: 'accept', style: 'query', options: produces },
  ]
  return [...(produces.length === 0 ? [] : choosing), ...parameters.map((name) => ({ name, style: 'query' as const }))]
}

const escaped = (text: string): string => text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/"/g, '&quot;')
