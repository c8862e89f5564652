/** C-FIND by DCMTK's findscu, and what it prints. */
import { must } from '../expect.ts'
import { NotApplicable } from '../suite.ts'
import type { Node } from './node.ts'
import { run } from './programs.ts'

/** Values of one match by tag, as `0008,0018`; of nested elements the last one counts. */
export type Match = ReadonlyMap<string, string>

export interface Answers {
  readonly matches: readonly Match[]
  /** The words of the final status, as DCMTK prints them. */
  readonly status: string
  readonly text: string
}

export async function findscu({ host, port, aeTitle }: Node, model: '-S' | '-P' | '-W', ...keys: string[]): Promise<Answers> {
  return findscuWith({ host, port, aeTitle }, [model], ...keys)
}

export async function findscuWith({ host, port, aeTitle }: Node, options: readonly string[], ...keys: string[]): Promise<Answers> {
  const { text } = await run('findscu', '-v', ...options, '-aec', aeTitle, host, String(port), ...keys.flatMap((key) => ['-k', key]))
  if (text.includes('No Acceptable Presentation Contexts')) throw new NotApplicable('the node does not offer this model')
  must(/Association Accepted/.test(text), `findscu has no association: ${text.trim().split('\n').at(-1) ?? ''}`)
  return { matches: answersOf(text), status: /Received Final Find Response \(([^)]*)\)/.exec(text)?.[1] ?? 'none', text }
}

/** The matches in what findscu printed. */
export function answersOf(text: string): Match[] {
  return text.split(/^I: Find Response: \d+ \(Pending[^)]*\)/m).slice(1).map((part) => {
    const until = part.indexOf('Received Final Find Response')
    const elements = part.slice(0, until === -1 ? undefined : until).matchAll(/^I:\s+\((\w{4},\w{4})\) \w\w (?:\[([^\]]*)\]|=(\S+)|\(no value available\))/gm)
    // Padding is not part of a value (PS3.5 §6.2); DCMTK prints it, and names UIDs it knows.
    return new Map([...elements].map(([, tag = '', value = '', name = '']) => [tag, value === '' ? name : value.replace(/[ \0]+$/, '')] as const))
  })
}

/** Values of one tag over all matches. */
export const valuesOf = ({ matches }: Answers, tag: string): string[] => matches.map((match) => match.get(tag) ?? '')
