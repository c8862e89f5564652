/** A data set as it was read: elements in file order, values decoded when asked for. */
import type { FragmentTable } from './fragment-table.ts'
import { SpecificCharacterSet } from './charset.ts'
import { tagOf, type Keyword } from './dictionary.ts'
import { numbersOf, stringsOf } from './element-values.ts'
import type { Tag } from './tag.ts'
import type { VR } from './vr.ts'

export interface DataElement {
  readonly tag: Tag
  /** As encoded; the dictionary's in Implicit VR, and in place of UN where the dictionary knows better. */
  readonly vr: VR
  /**
   * Offset of the value field's first byte from the start of the object: the whole Part 10 file, or for a deflated
   * one the object with its data set inflated in place.
   */
  readonly offset: number
  /** Bytes in the value field; for undefined length, up to but not including the delimiter. */
  readonly length: number
  /** Raw value in the stored byte order; absent when longer than the reader keeps, and for sequences and fragments. */
  readonly value?: Uint8Array | undefined
  /** The items of a sequence (also of one sent as UN); present exactly when `vr` is SQ. */
  readonly items?: readonly DataSet[] | undefined
  /** Encapsulated Pixel Data. */
  readonly fragments?: FragmentTable | undefined
}

export interface DataSetContext {
  readonly littleEndian: boolean
  /** The data set whose sequence holds this one as an item. */
  readonly parent?: DataSet | undefined
  /** Character set assumed where neither this data set nor one around it names one. */
  readonly fallbackCharset?: string | undefined
}

/** Up to so many elements, looking at each is quicker than making a map. */
const fewElements = 12
const specificCharacterSetTag = 0x0008_0005

export class DataSet {
  /** In file order, which PS3.5 §7.1 wants ascending; a tag that occurs twice is here twice. */
  readonly elements: readonly DataElement[]
  /** Byte order of the values. */
  readonly littleEndian: boolean
  readonly parent: DataSet | undefined
  readonly #fallbackCharset: string | undefined
  #byTag: Map<Tag, DataElement> | undefined
  #charset: SpecificCharacterSet | undefined

  constructor(elements: readonly DataElement[], context: DataSetContext) {
    this.elements = elements
    this.littleEndian = context.littleEndian
    this.parent = context.parent
    this.#fallbackCharset = context.fallbackCharset
  }

  /** The element of a tag or keyword; the first one where a broken object repeats it. */
  get(tagOrKeyword: Tag | Keyword): DataElement | undefined {
    const tag = typeof tagOrKeyword === 'string' ? tagOf(tagOrKeyword) : tagOrKeyword
    if (this.elements.length <= fewElements) return this.elements.find((element) => element.tag === tag)
    if (!this.#byTag) {
      this.#byTag = new Map()
      for (const element of this.elements) if (!this.#byTag.has(element.tag)) this.#byTag.set(element.tag, element)
    }
    return this.#byTag.get(tag)
  }

  /** What (0008,0005) of this data set says, or of the nearest one around it (PS3.5 §6.1.2.4 and PS3.3 §C.12.1.1.2). */
  get charset(): SpecificCharacterSet {
    return (this.#charset ??= this.#ownCharset() ?? this.parent?.charset ?? SpecificCharacterSet.of([], this.#fallbackCharset))
  }

  #ownCharset(): SpecificCharacterSet | undefined {
    const element = this.get(specificCharacterSetTag)
    const values = element && stringsOf(element, undefined)
    return values?.length ? SpecificCharacterSet.of(values, this.#fallbackCharset) : undefined
  }

  /** The first value as text, without padding; undefined when absent, empty or not kept. */
  string(tagOrKeyword: Tag | Keyword): string | undefined {
    return this.strings(tagOrKeyword)[0] || undefined
  }

  /** All values as text, without padding, empty ones kept; none when the attribute is absent, empty or not text. */
  strings(tagOrKeyword: Tag | Keyword): string[] {
    const element = this.get(tagOrKeyword)
    return element ? stringsOf(element, this) : []
  }

  /** The first value as a number; undefined when absent, empty, or not a number. */
  number(tagOrKeyword: Tag | Keyword): number | undefined {
    const first = this.numbers(tagOrKeyword)[0]
    return Number.isNaN(first) ? undefined : first
  }

  /**
   * All values as numbers, of binary VRs and of DS and IS; NaN in the place of an empty or unreadable value.
   * 64-bit integers beyond ±2^53 lose digits: read those from `value`.
   */
  numbers(tagOrKeyword: Tag | Keyword): number[] {
    const element = this.get(tagOrKeyword)
    return element ? numbersOf(element, this.littleEndian) : []
  }

  /** The items of a sequence; none when it is absent or empty. */
  items(tagOrKeyword: Tag | Keyword): readonly DataSet[] {
    return this.get(tagOrKeyword)?.items ?? []
  }

  /** Whether the attribute is there, be it without a value. */
  has(tagOrKeyword: Tag | Keyword): boolean {
    return this.get(tagOrKeyword) !== undefined
  }
}
