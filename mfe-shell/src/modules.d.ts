/** Applications of other builds, found by the import map. */
declare module '@isocenter/mfe-admin' {
  export const bootstrap: () => Promise<void>
  export const mount: () => Promise<void>
  export const unmount: () => Promise<void>
}

declare module '@isocenter/mfe-viewer' {
  /** Begins the viewer unseen. */
  export const prepare: (organisationId: string) => Promise<void>
  export const bootstrap: () => Promise<void>
  export const mount: () => Promise<void>
  export const unmount: () => Promise<void>
}

declare module '@isocenter/mfe-viewer/begin' {
  /** Lets what the address asks for be seen. Kept once its first image is there, is refused, or is long in coming; at once where none was begun. */
  export const firstImage: () => Promise<void>
}
