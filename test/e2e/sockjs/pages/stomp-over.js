// A chat page with the old client: stompjs 2.3, which reconnects only when its page does so.
const chat = { name: '', heard: [], errors: [], joined: 0, lost: 0, transport: '', client: undefined };
window.chat = chat;

chat.join = ({ url, name, room, transports }) => {
  const connect = () => {
    const socket = new SockJS(url, undefined, transports && { transports });
    chat.client = Stomp.over(socket);
    chat.client.debug = null;
    chat.client.heartbeat.incoming = 2000;
    chat.client.onreceipt = () => chat.joined++;
    chat.client.connect(
      { login: name },
      () => {
        chat.transport = socket.transport;
        chat.client.subscribe(
          `/topic/chat-room/${room}`,
          (message) => chat.heard.push(JSON.parse(message.body)),
          { receipt: 'joined' },
        );
      },
      (error) => {
        chat.lost++;
        if (typeof error !== 'string') chat.errors.push(error.headers.message);
        setTimeout(connect, 50);
      },
    );
  };
  chat.say = (content) => chat.client.send(`/app/chat-room/${room}/send`, {}, JSON.stringify({ content }));
  connect();
};
