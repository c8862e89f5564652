import react from '@vitejs/plugin-react'
import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vite'

/** `npx vite dimse-gateway/console` serves the screens while they are worked on, with the API of the gateway that runs. */
export default defineConfig({
  root: fileURLToPath(new URL('.', import.meta.url)),
  plugins: [react()],
  build: {
    target: 'es2022',
    // The Content-Security-Policy takes no inline script, and fonts and pictures from the gateway itself only.
    assetsInlineLimit: 0,
    // Served over loopback and cached for good: one file of Ant Design is faster than many.
    chunkSizeWarningLimit: 2000,
  },
  server: { proxy: { '/api': 'http://127.0.0.1:13228' } },
})
