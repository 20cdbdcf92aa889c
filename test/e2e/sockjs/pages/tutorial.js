// The page that tutorials teach: a SockJS socket with nothing said but its address, and the old client over it.
const seen = { received: [], errors: [], connected: '' };
window.seen = seen;

const address = new URLSearchParams(location.search).get('server') ?? location.origin;
const socket = new SockJS(`${address}/ws-connect`);
const stompClient = Stomp.over(socket);
socket.addEventListener('close', ({ code, reason }) => {
  seen.closed = { code, reason };
});

stompClient.connect(
  {},
  (frame) => {
    seen.connected = `Connected: ${frame}`;
    stompClient.subscribe('/topic/chat-room/1', (message) => seen.received.push(JSON.parse(message.body)));
    stompClient.send('/app/chat-room/1/send', {}, JSON.stringify({ content: '안녕하세요' }));
  },
  (error) => seen.errors.push(String(error)),
);
