/** The layout studies were last shown in since somebody signed in here: what an address that is opened anew most likely wants. A guess, which costs a start where it is wrong. */
import { forgetPreference, readPreference, writePreference } from '@isocenter/design-system/preference-store'

const name = 'viewer-layout'

export const lastLayout = {
  /** Undefined where nothing was shown, or the browser keeps nothing. */
  isSimple: (): boolean | undefined => {
    const kept = readPreference(name)
    return kept === undefined ? undefined : kept === 'simple'
  },

  keep: ({ isSimple }: { readonly isSimple: boolean }): void => { writePreference(name, isSimple ? 'simple' : 'full') },

  forget: (): void => { forgetPreference(name) },
}
