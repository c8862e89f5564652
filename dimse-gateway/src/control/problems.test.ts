import { readFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { en } from '../../console/src/words/en.ts'
import * as problems from './problems.ts'

const declared = Object.values(problems).flatMap((one) => ('kind' in one ? [one.kind] : []))
/** `| 404 | \`/problems/no-such-node\` | There is no such node | meaning | what to do |` */
const row = /^\| (\d{3}) \| `(\/problems\/[a-z-]+)` \| ([^|]+) \| ([^|]+) \| ([^|]+) \|$/gm

test('docs/gateway.md lists every kind of problem of the control interface, as it is, and no other', async () => {
  const text = await readFile(new URL('../../../docs/gateway.md', import.meta.url), 'utf8')
  const listed = [...text.matchAll(row)].map(([, status, type, title]) => ({ type, status: Number(status), title }))
  const byType = (one: { type?: string | undefined }, other: { type?: string | undefined }) => String(one.type).localeCompare(String(other.type))
  expect(listed.toSorted(byType)).toEqual([...declared].sort(byType))
})

test('the console translates only problems that there are, and those a page waits for', () => {
  const codes = new Set(declared.map(({ type }) => type.split('/').at(-1)))
  for (const code of Object.keys(en.problems)) if (code !== 'no-answer' && code !== 'other') expect(codes, code).toContain(code)
})
