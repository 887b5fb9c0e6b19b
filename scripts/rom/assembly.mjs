// Numbers as ca65 writes them.

export const hex = (n) => `$${n.toString(16).padStart(2, "0")}`;

export function byteLines(bytes, perLine = 16) {
  const lines = [];
  for (let i = 0; i < bytes.length; i += perLine) {
    lines.push(`  .byte ${[...bytes.slice(i, i + perLine)].map(hex).join(",")}`);
  }
  return lines.join("\n");
}

/** A table of addresses as two tables of bytes, low and high, for indexing by a byte. */
export function addressTables(name, labels) {
  return [
    `${name}_low:  .byte ${labels.map((l) => `<${l}`).join(",")}`,
    `${name}_high: .byte ${labels.map((l) => `>${l}`).join(",")}`,
  ].join("\n");
}
