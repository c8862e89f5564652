import type { Ellipsoid } from './ellipsoids.ts'

/** A head, centred on the origin: skin, skull, brain with ventricles, deep grey matter, eyes, and one small lesion. */
export const head: readonly Ellipsoid[] = [
  { centre: [0, 0, 0], radii: [78, 98, 102], tissue: 'fat' },
  { centre: [0, 0, 0], radii: [75, 95, 99], tissue: 'muscle' },
  { centre: [0, 0, 4], radii: [71, 91, 92], tissue: 'bone' },
  { centre: [0, 0, 4], radii: [67, 87, 88], tissue: 'marrow' },
  { centre: [0, 0, 4], radii: [66, 86, 87], tissue: 'bone' },
  { centre: [0, 0, 4], radii: [63, 83, 84], tissue: 'fluid' },
  { centre: [0, 0, 4], radii: [61, 81, 82], tissue: 'grey' },
  { centre: [-27, 0, 8], radii: [26, 68, 62], turn: 4, tissue: 'white' },
  { centre: [27, 0, 8], radii: [26, 68, 62], turn: -4, tissue: 'white' },
  { centre: [0, 48, -40], radii: [42, 26, 24], tissue: 'grey' },
  { centre: [0, 48, -40], radii: [30, 18, 16], tissue: 'white' },
  { centre: [0, 12, -44], radii: [13, 14, 34], tissue: 'white' },
  { centre: [-22, -4, 4], radii: [9, 17, 14], turn: 20, tissue: 'grey' },
  { centre: [22, -4, 4], radii: [9, 17, 14], turn: -20, tissue: 'grey' },
  { centre: [-9, -14, 14], radii: [5, 24, 12], turn: -14, tissue: 'fluid' },
  { centre: [9, -14, 14], radii: [5, 24, 12], turn: 14, tissue: 'fluid' },
  { centre: [-15, 26, 12], radii: [6, 20, 11], turn: 20, tissue: 'fluid' },
  { centre: [15, 26, 12], radii: [6, 20, 11], turn: -20, tissue: 'fluid' },
  { centre: [0, 4, 2], radii: [2.5, 14, 9], tissue: 'fluid' },
  { centre: [0, 0, 66], radii: [1.6, 78, 24], tissue: 'fluid' },
  { centre: [-31, -78, -26], radii: [13, 13, 13], tissue: 'fluid' },
  { centre: [31, -78, -26], radii: [13, 13, 13], tissue: 'fluid' },
  { centre: [34, 24, 30], radii: [8, 7, 8], tissue: 'lesion' },
]

/** A chest: skin, ribs as shells, lungs with vessels, heart, aorta, spine, liver dome, and one nodule in the right upper lobe. */
export const chest: readonly Ellipsoid[] = [
  { centre: [0, 0, 0], radii: [180, 122, 260], tissue: 'fat' },
  { centre: [0, 0, 0], radii: [166, 108, 256], tissue: 'muscle' },
  ...ribs(),
  { centre: [0, 4, 0], radii: [132, 82, 210], tissue: 'softTissue' },
  { centre: [-68, 6, 12], radii: [56, 72, 132], turn: 6, tissue: 'lung' },
  { centre: [70, 6, 12], radii: [52, 70, 130], turn: -6, tissue: 'lung' },
  { centre: [-62, 8, -118], radii: [84, 78, 62], tissue: 'liver' },
  { centre: [64, 14, -128], radii: [50, 52, 46], tissue: 'softTissue' },
  { centre: [24, -24, -34], radii: [52, 44, 56], turn: 35, tissue: 'muscle' },
  { centre: [34, -22, -42], radii: [24, 20, 34], turn: 35, tissue: 'blood' },
  { centre: [4, -34, -30], radii: [22, 18, 28], turn: 35, tissue: 'blood' },
  { centre: [22, 46, -20], radii: [11, 11, 150], tissue: 'blood' },
  { centre: [-8, -16, 52], radii: [15, 15, 44], tissue: 'blood' },
  { centre: [0, 18, 70], radii: [9, 8, 70], tissue: 'air' },
  { centre: [-22, 20, 8], radii: [22, 6, 6], turn: 12, tissue: 'air' },
  { centre: [22, 20, 8], radii: [22, 6, 6], turn: -12, tissue: 'air' },
  ...vessels(),
  { centre: [0, 78, 0], radii: [22, 20, 240], tissue: 'bone' },
  { centre: [0, 78, 0], radii: [18, 16, 238], tissue: 'marrow' },
  { centre: [0, 60, 0], radii: [7, 4, 240], tissue: 'fluid' },
  { centre: [0, -96, 30], radii: [18, 6, 92], tissue: 'bone' },
  { centre: [-82, -12, 66], radii: [7, 7, 7], tissue: 'lesion' },
]

/** Ribs as flat rings around the chest: a bony disc with the inside put back. */
function ribs(): Ellipsoid[] {
  return Array.from({ length: 10 }, (_, index) => index * 26 - 110).flatMap((z) => [
    { centre: [0, 2, z], radii: [150, 97, 6], tissue: 'bone' },
    { centre: [0, 2, z], radii: [140, 88, 9], tissue: 'muscle' },
  ] as const satisfies Ellipsoid[])
}

/** Lung vessels fanning out from each hilum. */
function vessels(): Ellipsoid[] {
  return [-1, 1].flatMap((side) => Array.from({ length: 14 }, (_, index): Ellipsoid => {
    const spread = index / 13
    return {
      centre: [side * (52 + 22 * Math.sin(index * 2.1)), -26 + 62 * spread, -70 + 150 * (index * 0.382 % 1)],
      radii: [22, 2 + index % 3, 2 + index % 2], turn: side * (index * 23 % 70 - 35), tissue: 'blood',
    }
  }))
}
