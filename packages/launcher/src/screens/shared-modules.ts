/** Modules that every application of the page has in common: built once, loaded once, found by the import map. */
export const sharedModules = [
  'react', 'react/jsx-runtime', 'react-dom', 'react-dom/client', 'single-spa', 'antd', '@ant-design/icons', '@isocenter/design-system', '@isocenter/api-client',
] as const

/** What a build says of itself, as `application.json` in its folder: which of its files are asked for first. */
export interface BuiltApplication {
  /** Files by the name others import them under. */
  readonly modules: Readonly<Record<string, string>>
  readonly styles: readonly string[]
  /** Files that a module of `modules` imports, by its name: the page asks for them at once instead of one after another. */
  readonly preloads: Readonly<Record<string, readonly string[]>>
}
