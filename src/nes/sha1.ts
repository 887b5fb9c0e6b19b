/**
 * SHA-1 (RFC 3174) as a pure function: WebCrypto's is asynchronous, Node's is not in a browser, and
 * ROM dumps are known by this hash. For naming things, not for security.
 * @returns 20 bytes.
 */
function sha1(message: Uint8Array): Uint8Array {
  const padded = pad(message);
  const view = new DataView(padded.buffer);
  const hash = Uint32Array.of(0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0);
  const words = new Int32Array(80);
  for (let block = 0; block < padded.length; block += 64) {
    for (let i = 0; i < 16; i++) words[i] = view.getInt32(block + 4 * i);
    for (let i = 16; i < 80; i++) {
      words[i] = rotate(words[i - 3] ^ words[i - 8] ^ words[i - 14] ^ words[i - 16], 1);
    }
    addBlock(hash, words);
  }
  const digest = new Uint8Array(20);
  const out = new DataView(digest.buffer);
  hash.forEach((word, i) => {
    out.setUint32(4 * i, word);
  });
  return digest;
}

/** SHA-1 as 40 lower-case hexadecimal digits, the way dumps are listed. */
export function sha1Hex(message: Uint8Array): string {
  return Array.from(sha1(message), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

function pad(message: Uint8Array): Uint8Array<ArrayBuffer> {
  const padded = new Uint8Array((((message.length + 8) >> 6) + 1) << 6);
  padded.set(message);
  padded[message.length] = 0x80;
  const view = new DataView(padded.buffer);
  view.setUint32(padded.length - 8, Math.floor(message.length / 0x2000_0000));
  view.setUint32(padded.length - 4, (message.length << 3) >>> 0);
  return padded;
}

function addBlock(hash: Uint32Array, words: Int32Array): void {
  let [a, b, c, d, e] = hash;
  for (let i = 0; i < 80; i++) {
    const sum = (rotate(a, 5) + mix(i, b, c, d) + e + words[i]) | 0;
    e = d;
    d = c;
    c = rotate(b, 30);
    b = a;
    a = sum;
  }
  hash[0] += a;
  hash[1] += b;
  hash[2] += c;
  hash[3] += d;
  hash[4] += e;
}

/** Round function plus its constant. */
function mix(round: number, b: number, c: number, d: number): number {
  if (round < 20) return ((b & c) | (~b & d)) + 0x5a827999;
  if (round < 40) return (b ^ c ^ d) + 0x6ed9eba1;
  if (round < 60) return ((b & c) | (b & d) | (c & d)) + 0x8f1bbcdc;
  return (b ^ c ^ d) + 0xca62c1d6;
}

function rotate(word: number, bits: number): number {
  return (word << bits) | (word >>> (32 - bits));
}
