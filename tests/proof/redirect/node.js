// Loaded before an integration: its TLS connections to the vendor become plain ones to the server of the test.
// Every other host is refused.
'use strict';

const net = require('net');
const tls = require('tls');

tls.connect = (...args) => {
  const options = args.find((arg) => arg && typeof arg === 'object') || {};
  const host = options.servername || options.host;
  const vendor = host === process.env.PROOF_HOST;
  const socket = net.connect({ host: '127.0.0.1', port: vendor ? Number(process.env.PROOF_PORT) : 0 });
  // What clients ask of a TLS socket.
  Object.assign(socket, { encrypted: true, authorized: true, alpnProtocol: false });
  socket.once('connect', () => socket.emit('secureConnect'));
  if (!vendor) process.nextTick(() => socket.destroy(new Error(`no host of this test: ${host}`)));
  const listener = args.find((arg) => typeof arg === 'function');
  if (listener) socket.once('secureConnect', listener);
  return socket;
};
