/** Names that people give files: made harmless, and as a header carries them. */

/** What no file system or reader takes well: path separators, controls, and marks that turn the direction of writing. */
const harmful = /[\u0000-\u001f\u007f-\u009f/\\:*?"<>|\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu

/** The name without what is harmful, nor what would hide a file or be lost at its end; empty where nothing is left. */
export const harmlessName = (given: string): string => given.replace(harmful, ' ').replace(/\s+/g, ' ').replace(/^[. ]+|[. ]+$/g, '')

/** The header that gives a file its name: one of any script, and one of ASCII for who cannot read that (RFC 6266, RFC 8187). */
export function disposition(as: 'inline' | 'attachment', fileName: string): string {
  const encoded = encodeURIComponent(fileName).replace(/['()*]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`)
  return `${as}; filename="${fileName.replace(/[^\x20-\x7e]|["\\%]/g, '_')}"; filename*=UTF-8''${encoded}`
}
