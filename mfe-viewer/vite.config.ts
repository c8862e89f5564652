import { defineConfig } from 'vite'
import { applicationConfig } from '../packages/launcher/src/screens/application-config.ts'

export default defineConfig(applicationConfig({ url: import.meta.url, name: 'mfe-viewer', modules: { '@isocenter/mfe-viewer': 'src/index.ts', '@isocenter/mfe-viewer/begin': 'src/begin.ts' } }))
