import { mendModule } from './mend-module.ts'

/**
 * Some stations write a Pixel Spacing (0028,0030) of 0, where they know none: cornerstone makes an image of no size of it, and
 * the pane stays black. Such an image is shown as OHIF shows those that say nothing of it: pixels are square, lengths are in pixels.
 */
export function mendPixelSpacing(): void {
  mendModule('imagePlaneModule', (module) => (isFalse(module['pixelSpacing']) ? { ...module, pixelSpacing: 1, ...unknown, usingDefaultValues: true } : undefined))
  mendModule('calibratedPixelSpacing', (module) => (
    isFalse([module['rowPixelSpacing'], module['columnPixelSpacing']]) ? { ...module, ...unknown, type: 'Uncalibrated' } : undefined
  ))
}

const unknown = { rowPixelSpacing: 1, columnPixelSpacing: 1 }

/** Of both directions. */
const isFalse = (spacings: unknown): boolean => Array.isArray(spacings) && spacings.some((spacing) => !(Number(spacing) > 0))
