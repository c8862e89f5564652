/** A solid in patient coordinates (mm; x to the left, y to the back, z to the head, PS3.3 §C.7.6.2.1.1), turned about z. */
export interface Ellipsoid {
  readonly centre: readonly [x: number, y: number, z: number]
  readonly radii: readonly [x: number, y: number, z: number]
  /** degrees */
  readonly turn?: number
  readonly tissue: Tissue
}

export type Tissue = 'air' | 'lung' | 'fat' | 'water' | 'muscle' | 'softTissue' | 'blood' | 'liver' | 'grey' | 'white' | 'fluid' | 'bone' | 'marrow' | 'lesion'

/** A picture plane: the centre of its first pixel and the steps to the next column and the next row, mm. */
export interface Plane {
  readonly origin: readonly [number, number, number]
  readonly columnStep: readonly [number, number, number]
  readonly rowStep: readonly [number, number, number]
  readonly rows: number
  readonly columns: number
}

/**
 * Paints the plane: the value of the last solid each pixel lies in, `background` outside of all. Each row is solved as the
 * chord of the line through each ellipsoid, so that cost grows with what is painted, not with what is looked at.
 */
export function paint(solids: readonly Ellipsoid[], value: (tissue: Tissue) => number, background: number, plane: Plane): Float32Array {
  const picture = new Float32Array(plane.rows * plane.columns).fill(background)
  for (const solid of solids) {
    const paintValue = value(solid.tissue)
    for (let row = 0; row < plane.rows; row++) {
      const chord = chordOf(solid, along(plane.origin, plane.rowStep, row), plane.columnStep)
      if (chord === undefined) continue
      const from = Math.max(0, Math.ceil(chord[0]))
      const to = Math.min(plane.columns - 1, Math.floor(chord[1]))
      if (from <= to) picture.fill(paintValue, row * plane.columns + from, row * plane.columns + to + 1)
    }
  }
  return picture
}

const along = (point: Plane['origin'], step: Plane['origin'], count: number) =>
  [point[0] + step[0] * count, point[1] + step[1] * count, point[2] + step[2] * count] as const

/** Where the line `point + t * direction` enters and leaves the solid, in t; undefined when it misses. */
export function chordOf({ centre, radii, turn = 0 }: Ellipsoid, point: Plane['origin'], direction: Plane['origin']): readonly [number, number] | undefined {
  const angle = turn * Math.PI / 180
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)]
  const scaled = ([x, y, z]: Plane['origin']) => [(x * cos + y * sin) / radii[0], (y * cos - x * sin) / radii[1], z / radii[2]] as const
  const p = scaled([point[0] - centre[0], point[1] - centre[1], point[2] - centre[2]])
  const d = scaled(direction)
  const a = d[0] ** 2 + d[1] ** 2 + d[2] ** 2
  const b = p[0] * d[0] + p[1] * d[1] + p[2] * d[2]
  const c = p[0] ** 2 + p[1] ** 2 + p[2] ** 2 - 1
  const discriminant = b * b - a * c
  if (discriminant <= 0) return undefined
  const root = Math.sqrt(discriminant)
  return [(-b - root) / a, (-b + root) / a]
}
