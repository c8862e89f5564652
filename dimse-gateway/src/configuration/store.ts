import { isAbsent, replaceFile } from '@isocenter/durable-files'
import { readFile } from 'node:fs/promises'
import { ConfigurationInvalid, readConfiguration, type Configuration } from './schema.ts'

/** Sections to replace whole; `undefined` takes one away that may be absent, what is not named stays. */
export type ConfigurationChange = { readonly [Section in Exclude<keyof Configuration, 'revision'>]?: Configuration[Section] | undefined }

/** The document has changed since the caller read it. */
export class RevisionOutdated extends Error {
  override readonly name = 'RevisionOutdated'
  /** Of the document there is now. */
  readonly revision: number

  constructor(revision: number) {
    super(`The configuration has changed; its revision is ${revision} now.`)
    this.revision = revision
  }
}

export type ConfigurationListener = (now: Configuration, before: Configuration) => void

export interface ConfigurationStore {
  /** The file was cut short or overwritten, and the version before the last change is used in its place; the file there was lies at `path.damaged`. */
  readonly wasRestored: boolean
  /** Never changed in place: a change makes a new one. */
  readonly current: Configuration
  /**
   * Replaces sections, durably, then tells the subscribers. Changes are made one after another.
   * @param change or how to make it from the document there is by then
   * @param ifRevision only when the document has this revision
   * @throws ConfigurationInvalid, RevisionOutdated; nothing has changed then
   */
  change(change: ConfigurationChange | ((current: Configuration) => ConfigurationChange), ifRevision?: number): Promise<Configuration>
  /** Calls back after every change; answers how to stop. */
  subscribe(listener: ConfigurationListener): () => void
}

/**
 * Opens the document at `path`, made with the defaults where there is none. The version before the last change is kept beside it
 * as `path.previous`, and used where the file is no document any more: modalities must not stand before a gateway that does not start.
 * @throws ConfigurationInvalid when somebody wrote mistakes into it, or there is no version before it to use
 */
export async function openConfiguration(path: string): Promise<ConfigurationStore> {
  const stored = await storedText(path)
  const document = stored === undefined ? {} : parsed(stored)
  const restored = document === undefined ? await restoredFrom(path, stored ?? '') : undefined
  let current = restored ?? readConfiguration(document)
  let last: Promise<unknown> = Promise.resolve()
  const listeners = new Set<ConfigurationListener>()

  async function put(change: ConfigurationChange | ((current: Configuration) => ConfigurationChange), ifRevision?: number): Promise<Configuration> {
    const before = current
    if (ifRevision !== undefined && ifRevision !== before.revision) throw new RevisionOutdated(before.revision)
    const sections = typeof change === 'function' ? change(before) : change
    const merged = { ...before, ...sections, revision: before.revision + 1 }
    const now = readConfiguration(Object.fromEntries(Object.entries(merged).filter(([, section]) => section !== undefined)))
    await replaceFile(`${path}.previous`, textOf(before))
    await replaceFile(path, textOf(now))
    current = now
    for (const listener of listeners) listener(now, before)
    return now
  }

  if (stored === undefined) await replaceFile(path, textOf(current))
  return {
    wasRestored: restored !== undefined,
    get current() { return current },
    change(change, ifRevision) {
      const done = last.then(() => put(change, ifRevision))
      last = done.catch(() => undefined)
      return done
    },
    subscribe(listener) {
      listeners.add(listener)
      return () => { listeners.delete(listener) }
    },
  }
}

const textOf = (configuration: Configuration): string => `${JSON.stringify(configuration, null, 2)}\n`

async function storedText(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    if (isAbsent(error)) return undefined
    throw error
  }
}

/** undefined where the text is no JSON. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** The version before the last change, put in the place of what is no document; its revision is one nobody has seen. @throws ConfigurationInvalid */
async function restoredFrom(path: string, damaged: string): Promise<Configuration> {
  const previous = parsed(await storedText(`${path}.previous`) ?? '')
  if (previous === undefined) throw new ConfigurationInvalid([{ path: '/', message: 'is no JSON, and no version before it is there' }])
  const before = readConfiguration(previous)
  const restored = { ...before, revision: before.revision + 2 }
  await replaceFile(`${path}.damaged`, damaged)
  await replaceFile(path, textOf(restored))
  return restored
}
