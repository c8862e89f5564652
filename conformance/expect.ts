import { deepStrictEqual } from 'node:assert/strict'
import type { Answer } from './client.ts'

/** Throws `message` unless the condition holds. */
export function must(condition: unknown, message: string): asserts condition {
  if (!condition) throw new Error(message)
}

/** The answer has one of these statuses. */
export function status(answer: Answer, ...allowed: number[]): void {
  must(allowed.includes(answer.status), `status ${String(answer.status)} instead of ${allowed.join(' or ')}`)
}

/** Both values are deeply equal; the message names what was compared, not the whole values. */
export function same(actual: unknown, expected: unknown, what: string): void {
  try {
    deepStrictEqual(actual, expected)
  } catch {
    throw new Error(`${what}: ${brief(actual)} instead of ${brief(expected)}`)
  }
}

/** The media type without parameters, lower case. */
export const mediaType = (answer: Answer): string => (answer.headers['content-type'] ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? ''

/** A header as one string, `''` when absent. */
export const header = (answer: Answer, name: string): string => [answer.headers[name.toLowerCase()] ?? ''].flat().join(', ')

const brief = (value: unknown): string => {
  const text = Buffer.isBuffer(value) ? `${String(value.length)} bytes` : JSON.stringify(value) ?? String(value)
  return text.length > 160 ? `${text.slice(0, 160)}…` : text
}
