import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { LogFile } from './log-file.ts'
import { terminalLog } from './terminal-log.ts'

test('the file gets every line; the terminal gets warnings in plain words and whatever is no log line', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'isocenter-log-'))
  const path = join(folder, 'logs', 'server.log')
  const said: string[] = []
  const file = new LogFile(path)
  const onLog = terminalLog(file, (line) => said.push(line))
  const lines = ['{"level":30,"msg":"request answered"}', '{"level":50,"msg":"request failed","problem":"x"}', 'Error: boom', '{broken']
  for (const line of lines) onLog(line)
  await file.close()
  expect(said).toEqual(['error: request failed', 'Error: boom', '{broken'])
  expect(await readFile(path, 'utf8')).toBe(`${lines.join('\n')}\n`)
  await rm(folder, { recursive: true })
})
