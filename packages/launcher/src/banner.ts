/** What the person at the terminal needs to know once everything runs. */
export interface Readiness {
  readonly url: string
  readonly gateway: { readonly dimsePort: number; readonly controlUrl: string; readonly keyFile: string }
  readonly dataDirectory: string
  readonly database: 'embedded' | 'external'
  readonly logFile?: string
  readonly seconds: number
}

/** The text shown when everything is ready: where it is, and what to do next. */
export function banner({ url, gateway, dataDirectory, database, logFile, seconds }: Readiness): string {
  return `
  Isocenter is ready (${seconds.toFixed(1)} s).

    Screens     ${url}/
    DICOMweb    ${url}/dicom-web
    DIMSE       port ${gateway.dimsePort}, any called AE title until restricted
    Console     ${gateway.controlUrl} of the gateway; its key is in ${gateway.keyFile}
    Data        ${dataDirectory}
    Database    ${database === 'embedded' ? 'Postgres of its own, in the data folder' : 'the one of DATABASE_URL'}${logFile ? `\n    Log         ${logFile}` : ''}

  Next, in another terminal:

    npm run token                  print a bearer token
    npm run samples                make some studies and store them
    npm run import -- FOLDER       store your own DICOM files

  Ctrl-C stops everything.
`
}
