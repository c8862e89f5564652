/** Texts handed to a browser and taken back unchanged: sealed, so that nothing is kept of those that never come back. */
import type { Static, TSchema } from 'typebox'
import { Value } from 'typebox/value'
import type { Sealing } from '../identity/index.ts'

/** Seals a value for one purpose into a text that stands in JSON and addresses. */
export function sealToken(sealing: Sealing, purpose: string, value: unknown): string {
  const { kid, bytes } = sealing.seal(JSON.stringify(value), purpose)
  return `${Buffer.from(kid).toString('base64url')}.${bytes.toString('base64url')}`
}

/** The value again; undefined for what is not of ours, was changed, or was sealed for something else. */
export function openToken<Schema extends TSchema>(sealing: Sealing, purpose: string, token: string, schema: Schema): Static<Schema> | undefined {
  const [kid = '', bytes = ''] = token.split('.')
  try {
    const text = sealing.open({ kid: Buffer.from(kid, 'base64url').toString(), bytes: Buffer.from(bytes, 'base64url') }, purpose)
    const value: unknown = text === undefined ? undefined : JSON.parse(text)
    return Value.Check(schema, value) ? value : undefined
  } catch {
    // Of another's making, or changed: node:crypto has no class for it.
    return undefined
  }
}
