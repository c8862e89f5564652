/**
 * The layout of the earlier viewer (VIEW-05, D-16): the tools of every day, and nothing beside the images but the list of series, closed until it is wanted. Also what
 * fits on a phone.
 */
const sections = {
  primary: ['WindowLevel', 'Zoom', 'Pan', 'MeasurementTools', 'Layout', 'MoreTools', 'Film'],
  MeasurementTools: ['Length', 'Angle', 'EllipticalROI', 'ArrowAnnotate'],
  MoreTools: ['Reset', 'StackScroll', 'rotate-right', 'flipHorizontal', 'invert', 'Cine'],
}

const reading = '@ohif/mode-longitudinal'

/** What OHIF is told of its mode for reading, as far as it is told here (immutability-helper). */
interface ModesConfiguration {
  readonly [reading]: {
    readonly toolbarSections?: { readonly $push: readonly object[] }
    readonly routes: { readonly 0: { readonly layoutInstance: { readonly props: object } } }
  }
}

/** The same modes in the simple layout. */
export function inSimpleLayout({ [reading]: mode, ...others }: ModesConfiguration): object {
  const { props } = mode.routes[0].layoutInstance
  return {
    ...others,
    [reading]: {
      ...mode,
      // Sections that come later take the place of those before.
      toolbarSections: { $push: [...mode.toolbarSections?.$push ?? [], sections] },
      routes: { 0: { layoutInstance: { props: { ...props, leftPanelClosed: { $set: true }, rightPanels: { $set: [] } } } } },
    },
  }
}
