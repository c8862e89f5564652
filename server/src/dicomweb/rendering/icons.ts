/** What stands for instances that are no pictures: drawn once, the same for everybody, and without a word of their content. */
import type { RenderedKind } from './kind.ts'
import { drawingImage } from '@isocenter/rendering'

const page = '<path d="M74 40h76l36 36v140H74z" fill="#f4f6f8" stroke="#8fa3b5" stroke-width="6"/><path d="M150 40v36h36" fill="none" stroke="#8fa3b5" stroke-width="6"/>'
const lines = (count: number) => Array.from({ length: count }, (_, index) => `<path d="M94 ${100 + index * 22}h${index === count - 1 ? 44 : 72}" stroke="#5b7186" stroke-width="7"/>`).join('')

const drawings: Readonly<Record<RenderedKind, string>> = {
  report: page + lines(5),
  cda: page + lines(4),
  // Lines and a broad band: the letters PDF would need a font.
  pdf: `${page}<path d="M74 160h112v34H74z" fill="#c0392b"/>${lines(2)}`,
  video: '<rect x="48" y="72" width="160" height="112" rx="10" fill="#22303c" stroke="#8fa3b5" stroke-width="6"/><path d="M112 100l48 28-48 28z" fill="#f4f6f8"/>',
  waveform: '<path d="M32 136h48l12-24 14 72 20-128 16 100 12-20h70" fill="none" stroke="#4caf7d" stroke-width="7" stroke-linejoin="round"/>',
  presentationState: '<rect x="56" y="56" width="144" height="144" fill="#22303c" stroke="#8fa3b5" stroke-width="6"/><circle cx="118" cy="122" r="34" fill="none" stroke="#e2c044" stroke-width="6"/><path d="M144 148l34 30" stroke="#e2c044" stroke-width="6"/>',
  image: '<rect x="48" y="64" width="160" height="128" fill="#22303c" stroke="#8fa3b5" stroke-width="6"/><path d="M60 180l44-56 30 34 24-26 38 48z" fill="#5b7186"/><circle cx="168" cy="100" r="14" fill="#8fa3b5"/>',
  other: '<path d="M128 48l72 36v88l-72 36-72-36V84z M56 84l72 36 72-36 M128 120v88" fill="none" stroke="#8fa3b5" stroke-width="6" stroke-linejoin="round"/>',
}

const drawn = new Map<RenderedKind, Promise<Uint8Array>>()

/** The icon of a kind, a JPEG of 256 by 256 pixels. That of `image` is for images that cannot be decoded here. */
export function iconOf(kind: RenderedKind): Promise<Uint8Array> {
  let icon = drawn.get(kind)
  if (!icon) {
    icon = drawingImage(`<svg xmlns="http://www.w3.org/2000/svg" width="256" height="256"><rect width="256" height="256" fill="#10161c"/><g fill="none">${drawings[kind]}</g></svg>`)
    drawn.set(kind, icon)
  }
  return icon
}
