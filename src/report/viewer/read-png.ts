// Reads the palette entries of a PNG back: the 8 bits as they were written. A canvas would give colours instead, after the
// browser's colour management. Only what our own encoder writes is read: 8-bit indexed, not interlaced, no row filter.
// PNG Specification (Third Edition), W3C 2025. The inflater is the browser's.

export interface IndexedPicture {
  readonly width: number;
  readonly height: number;
  /** Palette entries [height, width]. */
  readonly entries: Uint8Array;
}

const signatureBytes = 8;

/** Decodes a `data:image/png;base64,` address. @throws Error when it is no PNG of ours. */
export async function readPngAddress(address: string): Promise<IndexedPicture> {
  const bytes = Uint8Array.from(atob(address.slice(address.indexOf(",") + 1)), (c) => c.charCodeAt(0));
  return readIndexedPng(bytes);
}

/** Palette entries of a PNG file. @throws Error when it is no PNG of ours. */
async function readIndexedPng(bytes: Uint8Array<ArrayBuffer>): Promise<IndexedPicture> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const parts: Uint8Array<ArrayBuffer>[] = [];
  let head: Uint8Array | undefined;
  for (let at = signatureBytes; at + 12 <= bytes.length;) {
    const length = view.getUint32(at);
    const type = String.fromCharCode(...bytes.subarray(at + 4, at + 8));
    const body = bytes.subarray(at + 8, at + 8 + length);
    if (type === "IHDR") head = body;
    if (type === "IDAT") parts.push(body);
    at += 12 + length;
  }
  // Bit depth 8, colour type 3, deflate, adaptive filtering, no interlace.
  if (head === undefined || [8, 3, 0, 0, 0].some((value, i) => head[8 + i] !== value))
    throw new Error("not a PNG with 8-bit palette entries");
  const headView = new DataView(head.buffer, head.byteOffset, head.byteLength);
  const [width, height] = [headView.getUint32(0), headView.getUint32(4)];
  const stream = new Blob(parts).stream().pipeThrough(new DecompressionStream("deflate"));
  const rows = new Uint8Array(await new Response(stream).arrayBuffer());
  if (rows.length !== height * (width + 1)) throw new Error("a PNG of another size than it says");
  const entries = new Uint8Array(width * height);
  for (let y = 0; y < height; y++) {
    if (rows[y * (width + 1)] !== 0) throw new Error("a PNG with filtered rows");
    entries.set(rows.subarray(y * (width + 1) + 1, (y + 1) * (width + 1)), y * width);
  }
  return { width, height, entries };
}
