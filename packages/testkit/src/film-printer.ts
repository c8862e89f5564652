/** A film printer for tests: DCMTK's print server, which keeps what it is told to print. Layouts it knows, columns and rows: 1,1 1,2 2,2 2,3 3,3 3,4 3,5 4,4 4,5. */
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePort } from './ports.ts'
import { startProgram } from './programs.ts'

export interface FilmPrinter extends AsyncDisposable {
  readonly host: '127.0.0.1'
  readonly port: number
  readonly aeTitle: string
  /** Files of what was printed so far, in no order: a Stored Print object for each sheet, a Hardcopy object for each image. */
  printed(): Promise<string[]>
}

const aeTitle = 'FILM_PRINTER'

/** Starts a greyscale film printer on a free port. @param options `withoutPresentationLUT`: one that knows no Presentation LUT */
export async function startFilmPrinter({ withoutPresentationLUT = false }: { readonly withoutPresentationLUT?: boolean } = {}): Promise<FilmPrinter> {
  const folder = await mkdtemp(join(tmpdir(), 'isocenter-film-'))
  const database = join(folder, 'database')
  for (const name of ['database', 'spool', 'lut', 'reports', 'log']) await mkdir(join(folder, name))
  const port = await freePort()
  const config = join(folder, 'printer.cfg')
  await writeFile(config, configuration(folder, port, !withoutPresentationLUT))
  const program = await startProgram('dcmprscp', ['--config', config, '--printer', aeTitle], port, folder)
  return {
    host: '127.0.0.1',
    port,
    aeTitle,
    printed: async () => (await readdir(database)).filter((name) => name.endsWith('.dcm')).map((name) => join(database, name)),
    async [Symbol.asyncDispose]() {
      await program.stop()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

const configuration = (folder: string, port: number, SupportsPresentationLUT: boolean): string => `
[[GENERAL]]
[APPLICATION]
LogDirectory = ${join(folder, 'log')}
[PRINT]
Directory = ${join(folder, 'spool')}
[DATABASE]
Directory = ${join(folder, 'database')}
[LUT]
Directory = ${join(folder, 'lut')}
[REPORT]
Directory = ${join(folder, 'reports')}
[NETWORK]
aetitle = DCMPSTATE
[[COMMUNICATION]]
[${aeTitle}]
Aetitle = ${aeTitle}
Description = film printer of a test
Hostname = localhost
Port = ${port}
Type = LOCALPRINTER
BorderDensity = 150\\20\\BLACK\\WHITE
DisableNewVRs = false
DisplayFormat = 1,1\\1,2\\2,2\\2,3\\3,3\\3,4\\3,5\\4,4\\4,5
EmptyImageDensity = 20\\BLACK\\WHITE
FilmDestination = MAGAZINE\\PROCESSOR\\BIN_1\\BIN_2
FilmSizeID = 8INX10IN\\10INX12IN\\11INX14IN\\14INX14IN\\14INX17IN\\24CMX30CM
ImplicitOnly = false
MagnificationType = REPLICATE\\BILINEAR\\CUBIC\\NONE
MaxDensity = 320
MaxPDU = 32768
MediumType = PAPER\\CLEAR FILM\\BLUE FILM
MinDensity = 20
OmitSOPClassUIDFromCreateResponse = false
PresentationLUTMatchRequired = false
PresentationLUTinFilmSession = false
ResolutionID = STANDARD\\HIGH
SmoothingType = NONE
Supports12Bit = true
SupportsDecimateCrop = true
SupportsImageSize = true
SupportsPresentationLUT = ${SupportsPresentationLUT}
SupportsTrim = true
`
