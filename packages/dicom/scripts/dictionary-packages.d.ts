declare module '@iwharris/dicom-data-dictionary' {
  const dictionary: {
    elements: Record<string, { tag: string; keyword: string; vr: string; vm: string; isRetired: boolean }>
  }
  export default dictionary
}

declare module 'dcmjs/dictionary' {
  const dictionary: Record<string, { tag: string; vr: string; name: string; vm: string; version: string }>
  export default dictionary
}
