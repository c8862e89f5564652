import { notificationLanguages } from '@isocenter/contracts'

/** A language the product speaks. */
export type SpokenLanguage = (typeof notificationLanguages)[number]

/**
 * The language of ours that a browser wants most (`Accept-Language`, RFC 9110 §12.5.4); undefined where it names none of them. The pages send the one
 * they are shown in.
 */
export function askedLanguage(header: string | undefined): SpokenLanguage | undefined {
  const asked = (header ?? '').split(',').map((range) => {
    const [tag = '', ...parameters] = range.trim().toLowerCase().split(/\s*;\s*/)
    const quality = Number(parameters.find((one) => one.startsWith('q='))?.slice(2) ?? 1)
    return { language: notificationLanguages.find((one) => one.split('-')[0] === tag.split('-')[0]), quality: Number.isNaN(quality) ? 0 : quality }
  })
  // Of two that are wanted alike the first: sorting keeps their order.
  return asked.filter(({ language, quality }) => language !== undefined && quality > 0).sort((one, other) => other.quality - one.quality)[0]?.language
}
