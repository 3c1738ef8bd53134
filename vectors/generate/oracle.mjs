// The Node half of the generator: second implementations, and the platform of Desktop.
// One JSON object per line in, one per line out.
import { createRequire } from "node:module";
import { createInterface } from "node:readline";
import { gunzipSync as nodeGunzip } from "node:zlib";

const require = createRequire(process.argv[2] + "/");
const scrypt = require("scrypt-js");
const nacl = require("tweetnacl");
const fflate = require("fflate");

const bytes = (hex) => new Uint8Array(Buffer.from(hex, "hex"));
const hex = (data) => Buffer.from(data).toString("hex");

const operations = {
  scrypt: ({ password, salt, n, r, p, length }) =>
    hex(scrypt.syncScrypt(bytes(password), bytes(salt), n, r, p, length)),
  seal: ({ key, nonce, plain }) => hex(nacl.secretbox(bytes(plain), bytes(nonce), bytes(key))),
  open: ({ key, nonce, box }) => {
    const plain = nacl.secretbox.open(bytes(box), bytes(nonce), bytes(key));
    return plain === null ? null : hex(plain);
  },
  deflate: ({ data, level }) => hex(fflate.deflateSync(bytes(data), { level })),
  zlib: ({ data, level }) => hex(fflate.zlibSync(bytes(data), { level })),
  gzip: ({ data, level }) => hex(fflate.gzipSync(bytes(data), { level, mtime: 0 })),
  // The unpacked size of a gzip, in limited memory.
  count: ({ data }) => {
    let length = 0;
    const stream = new fflate.Gunzip((chunk) => { length += chunk.length; });
    const all = bytes(data);
    for (let at = 0; at < all.length; at += 4096) {
      stream.push(all.subarray(at, at + 4096), at + 4096 >= all.length);
    }
    return length;
  },
  gunzip: ({ data }) => {
    try { return hex(nodeGunzip(bytes(data))); } catch { return null; }
  },
  utf8_json: ({ data }) => {
    let text;
    try { text = new TextDecoder("utf-8", { fatal: true }).decode(bytes(data)); } catch { return { error: "utf-8" }; }
    try { return { value: JSON.parse(text) }; } catch { return { error: "json" }; }
  },
  // The URL standard's parser, and the parts that Desktop uses.
  url: ({ address }) => {
    try {
      const url = new URL(address);
      return { origin: url.origin, path: url.pathname };
    } catch { return null; }
  },
  join: ({ path, origin }) => {
    try { return new URL(path, origin).href; } catch { return null; }
  },
};

for await (const line of createInterface({ input: process.stdin })) {
  const request = JSON.parse(line);
  process.stdout.write(JSON.stringify(operations[request.op](request)) + "\n");
}
