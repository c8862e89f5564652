/**
 * OHIF 3.13 gives cornerstone the VOI LUT function (0028,1056) as text, of which cornerstone takes the first item, a letter: every image that
 * names its function, as most of mammography and projection radiography do, fails to load. A list is what it expects.
 */
export function mendVoiFunction(): void {
  const metaData = window.cornerstone?.metaData
  let isAsking = false
  metaData?.addProvider((type, imageId) => {
    if (type !== 'voiLutModule' || isAsking) return undefined
    isAsking = true
    try {
      const module = metaData.get(type, imageId)
      return typeof module?.['voiLUTFunction'] === 'string' ? { ...module, voiLUTFunction: [module['voiLUTFunction']] } : undefined
    } finally {
      isAsking = false
    }
  // Before OHIF's own, which has 9999.
  }, 20_000)
}
