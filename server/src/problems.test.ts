import { readFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import './app.ts'
import { declaredProblems } from './platform/problem.ts'

/** `| 404 | \`/problems/no-such-study\` | There is no such study | meaning | what to do |` */
const row = /^\| (\d{3}) \| `(\/problems\/[a-z-]+)` \| ([^|]+) \| ([^|]+) \| ([^|]+) \|$/gm

test('docs/problems.md lists every kind of problem there is, as it is, and no other', async () => {
  const text = await readFile(new URL('../../docs/problems.md', import.meta.url), 'utf8')
  const listed = [...text.matchAll(row)].map(([, status, type, title]) => ({ type, status: Number(status), title }))
  const byType = (a: { type?: string | undefined }, b: { type?: string | undefined }) => (String(a.type) < String(b.type) ? -1 : 1)
  expect(listed.sort(byType)).toEqual(declaredProblems().map(({ type, status, title }) => ({ type, status, title })).sort(byType))
})
