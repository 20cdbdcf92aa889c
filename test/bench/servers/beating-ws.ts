// Rival: the package ws, which writes one byte to every connection every so many milliseconds and reads what comes.
import { WebSocketServer } from 'ws';

const [port, interval] = process.argv.slice(2).map(Number);
const server = new WebSocketServer({ port, host: '127.0.0.1', perMessageDeflate: false });

server.on('connection', (socket) => {
  const timer = setInterval(() => socket.send('\n'), interval);
  socket.on('message', () => {});
  socket.on('error', () => socket.terminate());
  socket.on('close', () => clearInterval(timer));
});
