// Loaded before the program (node --require): every attempt to reach a network or to look up a name becomes a line of the file
// $RECORD_NETWORK and fails. fetch, http and tls all come down to these. Worker threads load it too.

const { appendFileSync } = require("node:fs");
const { syncBuiltinESMExports } = require("node:module");
const net = require("node:net");
const dns = require("node:dns");
const dgram = require("node:dgram");

function refuse(what) {
  return (...args) => {
    appendFileSync(process.env.RECORD_NETWORK, `${what} ${JSON.stringify(args[0])}\n`);
    throw new Error(`no network here: ${what}`);
  };
}
net.Socket.prototype.connect = refuse("connect");
net.Server.prototype.listen = refuse("listen");
dgram.Socket.prototype.bind = refuse("bind");
dgram.Socket.prototype.send = refuse("send");
for (const name of ["lookup", "resolve", "resolve4", "resolve6"]) {
  dns[name] = refuse(`dns ${name}`);
  dns.promises[name] = refuse(`dns ${name}`);
}
syncBuiltinESMExports();
