import { expect, test } from 'vitest'
import { renamed } from './edition.ts'

const [app, chunk, decoder] = ['0123456789abcdef', 'fedcba9876543210', 'aaaaaaaabbbbbbbb']
const files = (ofChunk: string, bytes = 1) => new Map<string, string | Uint8Array>([
  ['index.html', `<script src="/app.bundle.${app}.js">`],
  [`app.bundle.${app}.js`, `load(7 + '.bundle.' + { 7: '${chunk}' }[7] + '.js'); const depth = 0.0123456789123456`],
  [`7.bundle.${chunk}.js`, ofChunk], [`${decoder}.wasm`, new Uint8Array([bytes])], ['icons/plain.svg', '<svg/>'],
])
/** The files' names without what may differ. */
const kinds = (of: ReadonlyMap<string, unknown>) => [...of.keys()].map((name) => name.replace(/[0-9a-f]{16}/, '*'))

test('whatever names a file names it as it is called then', () => {
  const made = renamed(files(`fetch('${decoder}.wasm')`))
  const [page, script, part] = [...made.values()]
  expect(kinds(made)).toEqual(['index.html', 'app.bundle.*.js', '7.bundle.*.js', '*.wasm', 'icons/plain.svg'])
  const [, name = '', of = '', wasm = ''] = [...made.keys()]
  expect([app, chunk, decoder].some((digest) => [...made.keys()].join().includes(digest))).toBe(false)
  expect(page).toBe(`<script src="/${name}">`)
  expect(script).toContain(of.split('.')[2])
  expect(script).toContain('0.0123456789123456')
  expect(part).toBe(`fetch('${wasm}')`)
})

test('a change of any file gives all of them other names, none gives the same', () => {
  const names = (of: ReadonlyMap<string, unknown>) => [...renamed(of as ReturnType<typeof files>).keys()].filter((name) => /[0-9a-f]{16}/.test(name))
  const before = names(files('one'))
  expect(names(files('one'))).toEqual(before)
  for (const other of [files('other'), files('one', 2)]) expect(names(other).filter((name) => before.includes(name))).toEqual([])
})
