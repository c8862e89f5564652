import { defineConfig } from 'vite'
import { applicationConfig } from '../packages/launcher/src/screens/application-config.ts'

export default defineConfig(applicationConfig({
  url: import.meta.url, name: 'mfe-shell', modules: { '@isocenter/mfe-shell': 'src/root.ts' }, otherApplications: ['@isocenter/mfe-admin', '@isocenter/mfe-viewer', '@isocenter/mfe-viewer/begin'],
}))
