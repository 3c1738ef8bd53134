// An adapter for Node: scrypt-js, tweetnacl and Node's zlib answer the requests of
// safe-conformance.
//
//     npm install scrypt-js tweetnacl
//     safe-conformance client --exec 'node vectors/adapters/adapter.mjs'
//     safe-conformance rig --exec 'node vectors/adapters/adapter.mjs'
//
// It is an example to start from: call your implementation where this one calls the libraries.
// vectors/README.md describes the protocol. The optional argument is the folder that contains the
// packages.
import { createRequire } from "node:module";
import { resolve } from "node:path";
import { readFileSync, writeFileSync } from "node:fs";
import { request } from "node:https";
import { createInterface } from "node:readline";
import { randomBytes, scryptSync } from "node:crypto";
import { gunzipSync, gzipSync } from "node:zlib";

const require = createRequire(`${resolve(process.argv[2] ?? import.meta.dirname)}/`);
const scryptJs = require("scrypt-js");
const nacl = require("tweetnacl");

const LIMIT = 16 * 1024 * 1024;

// A refusal of the input: the stage, and a message for people.
class Refused extends Error {
  constructor(stage, message) {
    super(message);
    this.stage = stage;
  }
}

// The reason why this adapter does not support a request.
class Unsupported extends Error {}

const bytes = (digits) => new Uint8Array(Buffer.from(digits, "hex"));
const hex = (data) => Buffer.from(data).toString("hex");
const utf8 = (text) => new Uint8Array(Buffer.from(text, "utf8"));

function openBytes(key, nonce, box) {
  if (box.length < 16) throw new Refused("size", `${box.length} bytes are no box`);
  const plaintext = nacl.secretbox.open(box, nonce, key);
  if (plaintext === null) throw new Refused("open", "wrong key, or changed");
  return plaintext;
}

function decrypt(key, body) {
  if (body.length < 40) throw new Refused("size", `${body.length} bytes are no backup`);
  return openBytes(key, body.subarray(0, 24), body.subarray(24));
}

function gunzip(packed) {
  try {
    return gunzipSync(packed, { maxOutputLength: LIMIT });
  } catch (error) {
    throw new Refused(error.code === "ERR_BUFFER_TOO_LARGE" ? "size" : "gunzip", error.message);
  }
}

function parseJson(data) {
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(data));
  } catch (error) {
    throw new Refused("json", error.message);
  }
}

// A client that sends Basic at once, as Desktop does, and accepts only 200.
function judgeExchange({ operation, key, credentials, answers }) {
  if (operation !== "download" && operation !== "probe") throw new Unsupported("it only reads");
  const mine = credentials ? ["any", "basic"] : ["any", "anonymous"];
  const answer = answers.find(({ to }) => mine.includes(to));
  if (answer.status === 401) throw new Refused("auth", "401");
  if (answer.status !== 200) throw new Refused("http", `${answer.status}`);
  if (operation === "download") decrypt(bytes(key), bytes(answer.body));
  return {};
}

function requestUrls({ address, entered, user, password, backup_id: id }) {
  if (entered !== "typed") throw new Unsupported("it has stored no addresses of old");
  if (id === null) throw new Unsupported("without a key it asks for nothing");
  let url;
  try {
    url = new URL(address || `https://safe-${id.slice(0, 2)}.threema.ch`);
  } catch (error) {
    throw new Refused("resolve", error.message);
  }
  const path = url.pathname.endsWith("/") ? url.pathname : `${url.pathname}/`;
  const basic = user && password ? `Basic ${Buffer.from(`${user}:${password}`, "utf8").toString("base64")}` : null;
  return {
    config_url: null,
    backup_url: new URL(`${path}backups/${id}`, url.origin).href,
    authorization: basic,
    sent: basic === null ? "never" : "always",
  };
}

const operations = {
  hello: () => ({
    protocol: 1,
    name: "Node example",
    version: "1.0",
    operations: Object.keys(operations).filter((name) => name !== "hello" && name !== "bye"),
  }),
  scrypt: ({ password, salt, n, r, p, length }) =>
    ({ key: hex(scryptJs.syncScrypt(utf8(password), utf8(salt), n, r, p, length)) }),
  derive: ({ password, id }) => {
    if (id !== id.toUpperCase()) throw new Refused("meaning", "an ID is in upper case");
    const master = hex(scryptJs.syncScrypt(utf8(password), utf8(id), 65536, 8, 1, 64));
    const backupId = master.slice(0, 64);
    return {
      master_key: master,
      backup_id: backupId,
      encryption_key: master.slice(64),
      resource: `backups/${backupId}`,
      shard_prefix: backupId.slice(0, 2),
    };
  },
  seal: ({ key, nonce, plaintext }) => ({ box: hex(nacl.secretbox(bytes(plaintext), bytes(nonce), bytes(key))) }),
  open_box: ({ key, nonce, box }) => ({ plaintext: hex(openBytes(bytes(key), bytes(nonce), bytes(box))) }),
  open: ({ key, body }) => ({ document: parseJson(gunzip(decrypt(bytes(key), bytes(body)))) }),
  open_backup: ({ key, body }) => ({ document: hex(gunzip(decrypt(bytes(key), bytes(body)))) }),
  // Level 0 packs with stored blocks, as the clients do.
  seal_backup: ({ key, nonce, document }) => {
    const chosen = nonce === null ? new Uint8Array(randomBytes(24)) : bytes(nonce);
    const box = nacl.secretbox(new Uint8Array(gzipSync(bytes(document), { level: 0 })), chosen, bytes(key));
    return { body: hex(chosen) + hex(box) };
  },
  request_urls: requestUrls,
  judge_exchange: judgeExchange,
  bye: () => ({}),
};

function answer({ op, input }) {
  if (!Object.hasOwn(operations, op)) return { unsupported: `there is no ${op} here` };
  try {
    return { ok: operations[op](input) };
  } catch (error) {
    if (error instanceof Refused) return { error: { stage: error.stage, message: error.message } };
    if (error instanceof Unsupported) return { unsupported: error.message };
    throw error;
  }
}

// The server of `safe-conformance rig`, asked as Desktop does: it only reads, sends credentials at
// once and accepts only 200.
function ask(task, method, path) {
  const url = new URL(`${task.URL}/${path}`);
  const basic = Buffer.from(`${task.USER}:${task.SERVER_PASSWORD}`, "utf8").toString("base64");
  const headers = { "User-Agent": "Threema", Accept: "application/octet-stream" };
  if (task.USER) headers.Authorization = `Basic ${basic}`;
  return new Promise((done, failed) => {
    const asking = request(url, { method, headers, ca: readFileSync(task.CA), timeout: 30_000 }, (answer) => {
      const parts = [];
      answer.on("data", (part) => parts.push(part));
      answer.on("error", failed);
      answer.on("end", () => {
        if (answer.statusCode === 200) done(new Uint8Array(Buffer.concat(parts)));
        else failed(new Refused("http", `${answer.statusCode}`));
      });
    });
    asking.on("timeout", () => asking.destroy(new Error("no answer in time")));
    asking.on("error", failed);
    asking.end();
  });
}

async function restore(task) {
  const master = hex(scryptSync(task.PASSWORD, task.ID, 64, { N: 65536, r: 8, p: 1, maxmem: 128 * 1024 * 1024 }));
  const path = `backups/${master.slice(0, 64)}`;
  await ask(task, "HEAD", path);
  const backup = parseJson(gunzip(decrypt(bytes(master.slice(64)), await ask(task, "GET", path))));
  if (backup.info.version !== 1) throw new Refused("meaning", "a version of the future");
  if (Buffer.from(backup.user.privatekey, "base64").length !== 32) throw new Refused("meaning", "no private key");
  writeFileSync(`${task.DIR}/restored.json`, JSON.stringify(backup));
}

if ("SAFE_RIG_ACTION" in process.env) {
  if (process.env.SAFE_RIG_ACTION !== "restore") process.exit(127);
  const mine = Object.entries(process.env).filter(([name]) => name.startsWith("SAFE_RIG_"));
  try {
    await restore(Object.fromEntries(mine.map(([name, value]) => [name.slice("SAFE_RIG_".length), value])));
    process.exit(0);
  } catch (error) {
    console.error(`failed: ${error.message}`);
    process.exit(1);
  }
}

for await (const line of createInterface({ input: process.stdin })) {
  const request = JSON.parse(line);
  process.stdout.write(JSON.stringify({ id: request.id, ...answer(request) }) + "\n");
  if (request.op === "bye") break;
}
process.stdin.destroy();
