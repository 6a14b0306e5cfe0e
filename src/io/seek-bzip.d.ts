// The part of seek-bzip 2.0.0 that we use; the package has no types.

declare module "seek-bzip" {
  interface InputStream {
    readByte(): number;
    read(target: Uint8Array, offset: number, length: number): number;
    eof(): boolean;
  }
  interface OutputStream {
    writeByte(byte: number): void;
  }
  const Bunzip: {
    /** Decodes into `output`; reads the streams that follow too when `multistream`. */
    decode(input: InputStream, output: OutputStream, multistream: boolean): unknown;
  };
  export default Bunzip;
}
