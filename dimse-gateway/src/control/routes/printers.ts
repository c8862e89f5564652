import { randomUUID } from 'node:crypto'
import { Type } from 'typebox'
import type { Printer } from '../../configuration/printers.ts'
import type { GatewayControl } from '../actions.ts'
import { editConfiguration } from '../edit-configuration.ts'
import { noSuchPrinter } from '../problems.ts'
import type { ControlApp } from '../typed-routes.ts'
import { untilGone } from '../until-gone.ts'
import { PrinterTest } from '../wire/state.ts'

const ById = Type.Object({ printerId: Type.String({ maxLength: 64 }) })
/** What it must look like, the configuration itself says (422). */
const PrinterBody = Type.Record(Type.String({ maxLength: 50 }), Type.Unknown())

/** Film printers of the site. */
export function printerRoutes(app: ControlApp, { control }: { readonly control: GatewayControl }): void {
  app.get('/printers', async () => control.configuration().printers)

  app.post('/printers', { schema: { body: PrinterBody } }, async ({ body }, reply) => {
    const id = randomUUID()
    const { printers } = await editConfiguration(control, (configuration) => ({ printers: [...configuration.printers, { ...body, id } as unknown as Printer] }))
    return reply.code(201).header('location', `/api/printers/${id}`).send(printers.find((printer) => printer.id === id))
  })

  app.put('/printers/:printerId', { schema: { params: ById, body: PrinterBody } }, async ({ params, body }) => {
    const { printers } = await editConfiguration(control, (configuration) => {
      printerOf(configuration.printers, params.printerId)
      return { printers: configuration.printers.map((printer) => (printer.id === params.printerId ? { ...body, id: printer.id } as unknown as Printer : printer)) }
    })
    return printerOf(printers, params.printerId)
  })

  app.delete('/printers/:printerId', { schema: { params: ById } }, async ({ params }, reply) => {
    await editConfiguration(control, ({ printers }) => {
      printerOf(printers, params.printerId)
      return { printers: printers.filter(({ id }) => id !== params.printerId) }
    })
    return reply.code(204).send()
  })

  app.post('/printers/:printerId/test', { schema: { params: ById, response: { 200: PrinterTest } } }, ({ params }, reply) => control.testPrinter(params.printerId, untilGone(reply)))
}

function printerOf(printers: readonly Printer[], printerId: string): Printer {
  const printer = printers.find(({ id }) => id === printerId)
  if (!printer) throw noSuchPrinter('No film printer has this id.')
  return printer
}
