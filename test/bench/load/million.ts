// The million messages among which pages are read.

export const million = { messages: 1_000_000, rooms: 20, batch: 4000, epoch: 1_700_000_000_000 };
