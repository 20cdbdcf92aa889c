// Rival: Socket.IO with its Redis streams adapter; WebSocket only, without compression. Arguments: port, address of the Redis.
import { createAdapter } from '@socket.io/redis-streams-adapter';
import { Redis } from 'ioredis';
import { Server } from 'socket.io';

const server = new Server({
  transports: ['websocket'],
  perMessageDeflate: false,
  httpCompression: false,
  serveClient: false,
  adapter: createAdapter(new Redis(process.argv[3]!), { onlyPlaintext: true }),
});

server.on('connection', (socket) => {
  socket.on('join', (room: string) => {
    void socket.join(room);
    socket.emit('joined');
  });
  socket.on('m', (room: string, body: unknown) => server.to(room).emit('m', body));
});
server.listen(Number(process.argv[2]));
