import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'

const source = import.meta.dirname
const sources = (folder: string): string[] => readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts')).map((file) => join(folder, file))
const capabilities = readdirSync(source, { withFileTypes: true }).filter((entry) => entry.isDirectory() && sources(join(source, entry.name)).includes(join(source, entry.name, 'index.ts'))).map(({ name }) => name)
const everywhere = sources(source).concat(sources(join(source, '..', 'bench'))).map((file) => ({ file, text: readFileSync(file, 'utf8') }))

/** The names an index.ts gives out in braces. */
const namesIn = (text: string): string[] => [...text.matchAll(/export (?:type )?\{([^}]*)\}/g)].flatMap(([, names = '']) =>
  names.split(',').map((name) => name.trim().replace(/^type /, '').replace(/^.* as /, '')).filter((name) => name !== ''))

test.each(capabilities)('%s gives out through its index.ts what others take, and nothing else', (capability) => {
  const folder = join(source, capability)
  const others = everywhere.filter(({ file }) => !file.startsWith(`${folder}/`)).map(({ text }) => text)
  const unused = namesIn(readFileSync(join(folder, 'index.ts'), 'utf8')).filter((name) => !others.some((text) => new RegExp(`\\b${name}\\b`).test(text)))
  expect(unused).toEqual([])
})
