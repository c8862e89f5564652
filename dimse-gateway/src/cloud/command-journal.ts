/**
 * Which of the cloud's commands have been begun and what became of them, on disk: none is done twice, however often it is delivered and
 * whenever the gateway is stopped, and each result is told until the cloud has heard it.
 */
import { readFile, rename } from 'node:fs/promises'
import { maxResultsPerReport, type CommandResult } from '@isocenter/contracts'
import { isAbsent, replaceFile } from '@isocenter/durable-files'

/** Results the cloud has heard stay known for a while: a command may be on its way a second time. */
const rememberedResults = 200

interface Entry {
  readonly commandId: string
  readonly result?: CommandResult
  readonly isReported?: boolean
}

export interface CommandJournal {
  /** False for a command that was begun before; true once it is written down that it begins now. */
  begin(commandId: string): Promise<boolean>
  finish(result: CommandResult): Promise<void>
  /** Results the cloud has not heard, oldest first, as many as one report takes. */
  unreported(): readonly CommandResult[]
  /** The cloud asks for this command although it has heard of it: its database was put back to before. What became of the command is told again. */
  tellAgain(commandId: string): Promise<void>
  /** The cloud has heard these. */
  reported(results: readonly CommandResult[]): Promise<void>
}

/**
 * Opens the journal. A command that was begun and not finished was cut off with the process: nobody knows how far it got, and that is its result.
 * A damaged journal is put aside as `path.damaged`, and `onDamaged` told: objects must go on to the cloud without it.
 */
export async function openCommandJournal(path: string, onDamaged: () => void): Promise<CommandJournal> {
  let entries = (await readEntries(path, onDamaged)).map((entry): Entry => (entry.result ? entry : {
    ...entry, result: { commandId: entry.commandId, outcome: 'failed', reason: 'The gateway was stopped while it did this. See how it is now, and give the command again if need be.' },
  }))
  let last: Promise<unknown> = Promise.resolve()
  const put = (change: (before: Entry[]) => Entry[]): Promise<void> => {
    const done = last.then(async () => {
      const changed = change(entries)
      const heard = changed.filter(({ isReported }) => isReported === true)
      const forgotten = new Set(heard.slice(0, Math.max(0, heard.length - rememberedResults)))
      const kept = changed.filter((entry) => !forgotten.has(entry))
      await replaceFile(path, `${JSON.stringify(kept)}\n`)
      entries = kept
    })
    last = done.catch(() => undefined)
    return done
  }

  return {
    async begin(commandId) {
      let isNew = false
      if (entries.some((entry) => entry.commandId === commandId)) return false
      await put((before) => {
        isNew = !before.some((entry) => entry.commandId === commandId)
        return isNew ? [...before, { commandId }] : before
      })
      return isNew
    },
    finish: (result) => put((before) => before.map((entry) => (entry.commandId === result.commandId ? { ...entry, result } : entry))),
    unreported: () => entries.flatMap(({ result, isReported }) => (result !== undefined && isReported !== true ? [result] : [])).slice(0, maxResultsPerReport),
    tellAgain: (commandId) => put((before) => before.map((entry) => (entry.commandId === commandId ? { ...entry, isReported: false } : entry))),
    async reported(results) {
      if (results.length === 0) return
      const heard = new Set(results.map(({ commandId }) => commandId))
      await put((before) => before.map((entry) => (heard.has(entry.commandId) ? { ...entry, isReported: true } : entry)))
    },
  }
}

async function readEntries(path: string, onDamaged: () => void): Promise<Entry[]> {
  try {
    return JSON.parse(await readFile(path, 'utf8')) as Entry[]
  } catch (error) {
    if (isAbsent(error)) return []
    if (!(error instanceof SyntaxError)) throw error
    await rename(path, `${path}.damaged`)
    onDamaged()
    return []
  }
}
