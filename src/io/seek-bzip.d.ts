// The part of seek-bzip 2.0.0 that we use; the package has no types.

declare module "seek-bzip" {
  interface InputStream {
    readByte(): number;
    read(target: Uint8Array, offset: number, length: number): number;
  }
  interface OutputStream {
    writeByte(byte: number): void;
  }
  const Bunzip: {
    /** Decodes one stream into `output`. Throws TypeError for damaged data. */
    decode(input: InputStream, output: OutputStream): unknown;
  };
  export default Bunzip;
}
