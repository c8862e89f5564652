/**
 * The release is built to be served at `/`. To stand below a path, the addresses it has built in are changed: counted, so that another
 * release, in which they look otherwise, fails the build instead of the viewer.
 */
interface Patch {
  readonly name: string
  readonly files: RegExp
  readonly from: RegExp
  readonly to: (base: string) => string
  readonly count: number
}

const patches: readonly Patch[] = [
  { name: 'where its scripts load the others from', files: /\.js$/, from: /__webpack_require__\.p = "\/"/g, to: (base) => `__webpack_require__.p = "${base}"`, count: 8 },
  { name: 'where its styles have pictures and fonts', files: /\.css$/, from: /url\(\/(?!\/)/g, to: (base) => `url(${base}`, count: 5 },
  { name: 'where the slide microscopy viewer is', files: /\.js$/, from: /'\/dicom-microscopy-viewer\//g, to: (base) => `'${base}dicom-microscopy-viewer/`, count: 1 },
]

/** Applies the patches to files one by one, and counts. */
export function createPatcher(base: string) {
  const counts = new Map(patches.map((patch) => [patch, 0]))
  return {
    patched: (file: string, text: string): string => patches.filter(({ files }) => files.test(file)).reduce((patched, patch) => {
      const found = patched.match(patch.from)?.length ?? 0
      if (found === 0) return patched
      counts.set(patch, (counts.get(patch) ?? 0) + found)
      return patched.replace(patch.from, patch.to(base))
    }, text),
    /** @throws Error when something was found more or less often than in the release that is pinned */
    assertComplete: (): void => {
      for (const [{ name, count }, found] of counts) {
        if (found !== count) throw new Error(`The viewer's release is not as expected: ${name} is found ${found} times, not ${count}.`)
      }
    },
  }
}
