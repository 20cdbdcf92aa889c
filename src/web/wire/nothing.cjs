// Stands where sockjs-client asks for what only browsers of long ago need, and frames of elsewhere: see vite.config.ts.
module.exports = () => {};
