import type { Naturalized } from './kinds.ts'

/** Gives cornerstone another metadata module of an image than OHIF does, wherever `mend` answers one. */
export function mendModule(name: string, mend: (module: Naturalized) => Naturalized | undefined): void {
  const metaData = window.cornerstone?.metaData
  let isAsking = false
  metaData?.addProvider((type, imageId) => {
    if (type !== name || isAsking) return undefined
    isAsking = true
    try {
      const module = metaData.get(type, imageId)
      return module && mend(module)
    } finally {
      isAsking = false
    }
  // Before OHIF's own, which has 9999.
  }, 20_000)
}
