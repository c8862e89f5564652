/** The viewer's own page, in place of the release's: no script within it, as its Content-Security-Policy demands. */
export function pageOf({ base, script, styles }: { readonly base: string; readonly script: string; readonly styles: readonly string[] }): string {
  return `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <meta name="robots" content="noindex">
    <title>Isocenter viewer</title>
    <link rel="icon" href="data:,">
    <script src="${base}isocenter/start.js"></script>
    <script src="${base}isocenter/app-config.js"></script>
    <script defer src="${base}${script}"></script>
${styles.map((style) => `    <link rel="stylesheet" href="${base}${style}">`).join('\n')}
  </head>
  <body>
    <noscript>The viewer needs JavaScript.</noscript>
    <div id="react-portal"></div>
    <div id="root"></div>
  </body>
</html>
`
}

/** What the release's page defines before it begins. */
export const startOf = (base: string): string => `window.PUBLIC_URL = ${JSON.stringify(base)}
window.browserImportFunction = (module) => import(module)
console.time('scriptToView')
`
