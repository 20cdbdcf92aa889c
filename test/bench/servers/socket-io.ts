// Rival: Socket.IO with rooms; WebSocket only, without compression.
import { Server } from 'socket.io';

const server = new Server({
  transports: ['websocket'],
  perMessageDeflate: false,
  httpCompression: false,
  serveClient: false,
});

server.on('connection', (socket) => {
  socket.on('join', (room: string) => {
    void socket.join(room);
    socket.emit('joined');
  });
  socket.on('m', (room: string, body: unknown) => server.to(room).emit('m', body));
});
server.listen(Number(process.argv[2]));
