// Rival: the package ws with nothing around it; what one client sends goes to all others, one send each.
import { WebSocketServer } from 'ws';

const server = new WebSocketServer({
  port: Number(process.argv[2]),
  host: '127.0.0.1',
  perMessageDeflate: false,
});

server.on('connection', (socket) => {
  socket.on('error', () => socket.terminate());
  socket.on('message', (data) => {
    const text = data.toString();
    for (const other of server.clients) if (other !== socket) other.send(text);
  });
});
