// A chat page with today's client: @stomp/stompjs over a SockJS socket.

chat.join = ({ url, name, room, transports }) => {
  let socket;
  chat.name = name;
  const client = new StompJs.Client({
    webSocketFactory: () => {
      socket = new SockJS(url, undefined, transports && { transports });
      return socket;
    },
    connectHeaders: { login: name },
    reconnectDelay: 50,
    heartbeatIncoming: 2000,
    onConnect: () => {
      chat.transport = socket.transport;
      const receipt = `joined-${chat.joined}`;
      client.watchForReceipt(receipt, () => chat.joined++);
      client.subscribe(`/topic/chat-room/${room}`, chat.hear, { receipt });
    },
    onStompError: ({ headers }) => chat.errors.push(headers.message),
    onWebSocketClose: () => chat.lost++,
  });
  chat.say = (content) =>
    client.publish({ destination: `/app/chat-room/${room}/send`, body: JSON.stringify({ content }) });
  client.activate();
};
