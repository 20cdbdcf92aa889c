// A chat page with the old client: stompjs 2.3, which reconnects only when its page does so.

chat.join = ({ url, name, room, transports }) => {
  let client;
  chat.name = name;
  const connect = () => {
    const socket = new SockJS(url, undefined, transports && { transports });
    client = Stomp.over(socket);
    client.debug = null;
    client.heartbeat.incoming = 2000;
    client.onreceipt = () => chat.joined++;
    const connected = () => {
      chat.transport = socket.transport;
      client.subscribe(`/topic/chat-room/${room}`, chat.hear, { receipt: 'joined' });
    };
    const failed = (error) => {
      chat.lost++;
      if (typeof error !== 'string') chat.errors.push(error.headers.message);
      setTimeout(connect, 50);
    };
    client.connect({ login: name }, connected, failed);
  };
  chat.say = (content) => client.send(`/app/chat-room/${room}/send`, {}, JSON.stringify({ content }));
  connect();
};
