/** The part of the WebAssembly JavaScript interface used here; TypeScript has it only among the declarations for browsers. */
declare namespace WebAssembly {
  class Module {
    constructor(bytes: Uint8Array)
  }
  class Memory {
    constructor(descriptor: { initial: number })
    readonly buffer: ArrayBuffer
  }
  class RuntimeError extends Error {}
  type ExportValue = ((...args: number[]) => number) | Memory | object
  type Imports = Record<string, Record<string, (...args: number[]) => number>>
  class Instance {
    constructor(module: Module, imports: Imports)
    readonly exports: Record<string, ExportValue>
  }
}
