// The same as raw_fan_out.py, by the ws library of npm: node ws_fan_out.mjs PATH-OF-WS SIZE
import { createInterface } from "node:readline";
import { pathToFileURL } from "node:url";

const [library, size] = process.argv.slice(2);
const { WebSocketServer } = await import(pathToFileURL(library).href);
const server = new WebSocketServer({ host: "127.0.0.1", port: 0, perMessageDeflate: false, backlog: 2048 });
await new Promise((resolve) => server.on("listening", resolve));
console.log(server.address().port);

const message = Buffer.alloc(Number(size), "x");
for await (const line of createInterface({ input: process.stdin })) {
  for (let count = Number(line); count > 0; count--) {
    for (const client of server.clients) client.send(message, { binary: false });
    await new Promise((resolve) => setImmediate(resolve));
  }
  console.log("done");
}
process.exit(0);
