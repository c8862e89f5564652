import { mendModule } from './mend-module.ts'

/**
 * OHIF 3.13 gives cornerstone the VOI LUT function (0028,1056) as text, of which cornerstone takes the first item, a letter: every image that
 * names its function, as most of mammography and projection radiography do, fails to load. A list is what it expects.
 */
export function mendVoiFunction(): void {
  mendModule('voiLutModule', (module) => (typeof module['voiLUTFunction'] === 'string' ? { ...module, voiLUTFunction: [module['voiLUTFunction']] } : undefined))
}
