/**
 * What of the release is changed: the addresses it has built in, for it is made to stand at `/`, the functions it would make of text, and the Chinese it lacks: nothing
 * it gives an extension reaches its words.
 * Each is counted, so that another release, in which they look otherwise, fails the build instead of the viewer.
 */
import { viewMaker } from './array-views.ts'
import { chinese, withWords } from './chinese.ts'

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
  { name: 'that an address without studies names one', files: /\.js$/, from: /Array\.isArray\(StudyInstanceUIDs\) \? StudyInstanceUIDs : \[StudyInstanceUIDs\]/g, to: () => 'Array.isArray(StudyInstanceUIDs) ? StudyInstanceUIDs : StudyInstanceUIDs ? [StudyInstanceUIDs] : []', count: 2 },
  { name: 'where the slide microscopy viewer is', files: /\.js$/, from: /'\/dicom-microscopy-viewer\//g, to: (base) => `'${base}dicom-microscopy-viewer/`, count: 1 },
  // What was opened is what is wanted. A segmentation of which nothing lies upon the images says so in its own pane.
  // Of a structure set the same null says nothing: its contours need not name their images (PS3.3 C.8.8.6, Contour Image Sequence is type 3).
  {
    name: 'where it asks whether a segmentation stays', files: /\.js$/, count: 1,
    from: /const shouldPrompt = type === HydrationType\.SR \? standardMode : !appConfig\?\.disableConfirmationPrompts;/g,
    to: () => 'if (type === HydrationType.SEG && displaySet.firstSegmentedSliceImageId === null) { resolve(false); return; } const shouldPrompt = type === HydrationType.SR && standardMode;',
  },
  // Drawn before, the image stays without them until somebody moves the pointer over it.
  {
    name: 'where it says which measurements of a report a pane shows', files: /\.js$/, count: 1,
    from: /state\.trackingIdentifiersByViewportId\[viewport\.id\] = \{\s*trackingUniqueIdentifiers,\s*activeIndex\s*\};/g,
    to: () => 'state.trackingIdentifiersByViewportId[viewport.id] = { trackingUniqueIdentifiers, activeIndex }; viewport.render();',
  },
  { name: 'where its Chinese words are', files: /\.js$/, from: /\n {2}\.\.\.zh,\n/g, to: () => `\n  ...(${withWords.toString()})(zh, ${JSON.stringify(chinese)}),\n`, count: 1 },
  // The rest of the function is never reached, and left out when the script is made smaller.
  { name: 'where views of arrays are compiled', files: /\.bundle\.[0-9a-f]+\.js$/, from: /function compileConstructor\(dtype, dimension\) \{/g, to: () => `function compileConstructor(dtype, dimension) { return (${viewMaker.toString()})(dtype, dimension, CACHED_CONSTRUCTORS[dtype]);`, count: 3 },
]

/** Applies the patches to files one by one, and counts. */
export function createPatcher(base: string) {
  const counts = new Map(patches.map((patch) => [patch, 0]))
  return {
    patched: (file: string, text: string): string => patches.filter(({ files }) => files.test(file)).reduce((patched, patch) => {
      const found = patched.match(patch.from)?.length ?? 0
      if (found === 0) return patched
      counts.set(patch, (counts.get(patch) ?? 0) + found)
      return patched.replace(patch.from, () => patch.to(base))
    }, text),
    /** @throws Error when something was found more or less often than in the release that is pinned */
    assertComplete: (): void => {
      for (const [{ name, count }, found] of counts) {
        if (found !== count) throw new Error(`The viewer's release is not as expected: ${name} is found ${found} times, not ${count}.`)
      }
    },
  }
}
