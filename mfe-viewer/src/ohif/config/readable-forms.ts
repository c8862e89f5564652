/**
 * Forms of pixel data that OHIF decodes soundly, as frames are asked for: the stored one where it is among them, else the server decodes.
 * Left out: JPEG lossless (.57, .70), of which its decoder leaves some images black and makes noise of others.
 */
const forms: readonly (readonly [mediaType: string, ...transferSyntaxes: string[]])[] = [
  ['image/jphc', '1.2.840.10008.1.2.4.201', '1.2.840.10008.1.2.4.202', '1.2.840.10008.1.2.4.203'],
  ['image/jls', '1.2.840.10008.1.2.4.80', '1.2.840.10008.1.2.4.81'],
  ['image/jp2', '1.2.840.10008.1.2.4.90', '1.2.840.10008.1.2.4.91'],
  ['image/jpeg', '1.2.840.10008.1.2.4.50', '1.2.840.10008.1.2.4.51'],
  ['image/dicom-rle', '1.2.840.10008.1.2.5'],
  ['application/octet-stream', '1.2.840.10008.1.2.1'],
]

export const readableForms: readonly string[] = [forms.flatMap(([mediaType, ...syntaxes]) => syntaxes.map((syntax) => `multipart/related; type=${mediaType}; transfer-syntax=${syntax}`)).join(', ')]
