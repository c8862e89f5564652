import { execFile, spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { resolve } from 'node:path'
import { promisify } from 'node:util'
import type { DemonstrationAnswer } from '../../../server/src/cli/demonstration.ts'
import { root } from './settings.ts'

const run = promisify(execFile)

/** Whether a start makes a demonstration consortium: as the setting says; without one, where everything is its own and nothing says it is in production. */
export const isDemonstrationWanted = ({ DEMONSTRATION: setting }: { readonly DEMONSTRATION?: boolean }, ownDatabase: boolean, env: NodeJS.ProcessEnv): boolean =>
  setting ?? (ownDatabase && env['NODE_ENV'] !== 'production')

/** Makes the demonstration consortium where nobody has an account yet, or answers who is in the one there is. @param env of the server */
export async function prepareDemonstration(env: NodeJS.ProcessEnv): Promise<DemonstrationAnswer> {
  const { stdout } = await run(process.execPath, [resolve(root, 'server/src/cli/demonstration.ts')], { env })
  return JSON.parse(stdout) as DemonstrationAnswer
}

/** Settings of the server that follow from a demonstration: whoever tries it administers without a second factor, unless something else is set. */
export function demonstrationSettings(demonstration: DemonstrationAnswer | undefined, env: NodeJS.ProcessEnv): { MANAGEMENT_SECOND_FACTOR?: string } {
  const set = env['MANAGEMENT_SECOND_FACTOR'] ?? ''
  if (set !== '') return { MANAGEMENT_SECOND_FACTOR: set }
  return demonstration === undefined || demonstration.state === 'not wanted' ? {} : { MANAGEMENT_SECOND_FACTOR: 'optional' }
}

/** How wide a terminal writes it: a Chinese character is two columns. */
const columnsOf = (text: string): number => [...text].reduce((sum, character) => sum + (character >= '\u2e80' ? 2 : 1), 0)

/** What the person at the terminal is told of it: nothing where there is none. */
export function demonstrationText({ state, people }: DemonstrationAnswer, { url, secondFactor }: { readonly url: string; readonly secondFactor: string | undefined }): string {
  if (state === 'not wanted') return ''
  const width = Math.max(...people.map(({ name }) => columnsOf(name)))
  const lines = people.map(({ phone, name, places, oneTimePassword = '' }) => `    ${phone}  ${oneTimePassword.padEnd(state === 'made' ? 14 : 0)}${name}${' '.repeat(width - columnsOf(name))}  ${places}`)
  const told = state === 'made'
    ? 'Phone number and one-time password, shown this one time, good for seven days; signing in asks for a password of your own.'
    : 'A new one-time password: npm run account -- one-time-password --phone NUMBER'
  return `
  DEMONSTRATION CONSORTIUM, of invented people and phantom studies: not for patients' data. Sign in at ${url}/sign-in
  ${told}${secondFactor === 'optional' ? '\n  Management asks nobody to set up a second factor here (MANAGEMENT_SECOND_FACTOR=optional).' : ''}

${lines.join('\n')}
`
}

export interface StoringSamples {
  /** Ends it where it is still at work. */
  readonly stop: () => Promise<void>
}

/** Stores the sample studies in the background. @param url of the server, as this machine reaches it @param env of the server */
export async function startStoringSamples({ url, env, say }: { readonly url: string; readonly env: NodeJS.ProcessEnv; readonly say: (line: string) => void }): Promise<StoringSamples> {
  const { stdout: token } = await run(process.execPath, [resolve(root, 'server/src/cli/token.ts'), '--days', '1', '--scope', 'dicomweb:store'], { env })
  const child = spawn(process.execPath, [resolve(root, 'packages/tools/src/samples/main.ts')], {
    env: { ...env, ISOCENTER_URL: `${url}/dicom-web`, ISOCENTER_TOKEN: token.trim() }, stdio: ['ignore', 'ignore', 'pipe'],
  })
  const ended = whenEnded(child)
  let isStopping = false
  void ended.then(({ failed, text }) => {
    if (isStopping) return
    say(failed ? `  The demonstration studies could not all be stored; npm run samples tries again. ${text}` : '  The demonstration studies are stored.\n')
  })
  return {
    stop: async () => {
      isStopping = true
      if (child.exitCode === null && child.signalCode === null) child.kill()
      await ended
    },
  }
}

async function whenEnded(child: ChildProcess): Promise<{ failed: boolean; text: string }> {
  let text = ''
  child.stderr?.setEncoding('utf8').on('data', (chunk: string) => { text = (text + chunk).slice(-2_000) })
  try {
    const [code] = await once(child, 'close') as [number | null]
    return { failed: code !== 0, text: text.trim() }
  } catch (error) {
    return { failed: true, text: error instanceof Error ? error.message : '' }
  }
}
