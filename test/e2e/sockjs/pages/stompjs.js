// A chat page with today's client: @stomp/stompjs over a SockJS socket.
const chat = { name: '', heard: [], errors: [], joined: 0, lost: 0, transport: '', client: undefined };
window.chat = chat;

chat.join = ({ url, name, room, transports }) => {
  let socket;
  chat.client = new StompJs.Client({
    webSocketFactory: () => {
      socket = new SockJS(url, undefined, transports && { transports });
      return socket;
    },
    connectHeaders: { login: name },
    reconnectDelay: 50,
    heartbeatIncoming: 2000,
    onConnect: () => {
      chat.transport = socket.transport;
      chat.client.watchForReceipt(`joined-${chat.joined}`, () => chat.joined++);
      chat.client.subscribe(
        `/topic/chat-room/${room}`,
        (message) => chat.heard.push(JSON.parse(message.body)),
        { receipt: `joined-${chat.joined}` },
      );
    },
    onStompError: ({ headers }) => chat.errors.push(headers.message),
    onWebSocketClose: () => chat.lost++,
  });
  chat.say = (content) =>
    chat.client.publish({ destination: `/app/chat-room/${room}/send`, body: JSON.stringify({ content }) });
  chat.client.activate();
};
