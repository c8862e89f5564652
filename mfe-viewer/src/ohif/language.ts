/** The language the page chose, which its viewer speaks too; the release's own texts follow it (config/app-config.ts). */
export { chosenLanguage as language, type Language } from '@isocenter/design-system/chosen-language'
