/** Film printers the gateway can print on. */
import { filmColours, filmSizes, maxFilmCopies, PrinterId } from '@isocenter/contracts'
import Type, { type Static } from 'typebox'
import { AETitle, NodeTlsSchema } from './nodes.ts'

export const PrinterSchema = Type.Object({
  id: PrinterId,
  name: Type.String({ minLength: 1, maxLength: 100 }),
  host: Type.String({ minLength: 1, maxLength: 253 }),
  port: Type.Integer({ minimum: 1, maximum: 65_535 }),
  calledAETitle: AETitle,
  callingAETitle: Type.Optional(AETitle),
  tls: Type.Optional(Type.Pick(NodeTlsSchema, ['certificateAuthority', 'serverName'])),
  colour: Type.Enum([...filmColours], { default: 'grayscale' }),
  filmSizes: Type.Array(Type.Enum([...filmSizes]), { minItems: 1, maxItems: filmSizes.length, uniqueItems: true, default: ['14INX17IN'] }),
  mediumTypes: Type.Array(Type.String({ pattern: '^[A-Z0-9_ ]{1,16}$' }), { maxItems: 10, uniqueItems: true, default: [], description: 'that may be chosen; the printer\'s own where empty' }),
  maxCopies: Type.Integer({ minimum: 1, maximum: maxFilmCopies, default: 5 }),
}, { additionalProperties: false })
export type Printer = Static<typeof PrinterSchema>
