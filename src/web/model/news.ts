// What somebody was notified of and has not looked at yet: messages in rooms that they do not look at.

export interface News {
  /** Of the message. */
  readonly id: string;
  readonly roomId: string;
  readonly sender: string;
  readonly preview: string;
  readonly mentioned: boolean;
  readonly sentAt: number;
}

/** Older ones are forgotten; what is unread is counted elsewhere. */
export const MAX_NEWS = 50;

/** The list with one more at its front, unless it is there. */
export function noted(all: readonly News[], one: News): readonly News[] {
  return all.some(({ id }) => id === one.id) ? all : [one, ...all].slice(0, MAX_NEWS);
}

/** A room is looked at, or was read on another device: what was told of it is done with. */
export function looked(all: readonly News[], roomId: string): readonly News[] {
  return all.some((one) => one.roomId === roomId) ? all.filter((one) => one.roomId !== roomId) : all;
}
