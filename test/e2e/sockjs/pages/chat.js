// What the chat pages share: what was heard and lost, and saying things in a row.
const chat = { name: '', heard: [], errors: [], joined: 0, lost: 0, transport: '' };

let heardOwn = () => {};

chat.hear = ({ body }) => {
  const message = JSON.parse(body);
  chat.heard.push(message);
  if (message.sender === chat.name) heardOwn();
};

/** Says numbered words: all at once, or each when the one before it came back. */
chat.sayAll = async (word, from, to, inTurn) => {
  for (let n = from; n < to; n++) {
    const back = new Promise((resolve) => {
      heardOwn = resolve;
    });
    chat.say(word + n);
    if (inTurn) await back;
  }
};
