// A promise that the test settles when it likes.
export class Gate<T = void> {
  resolve!: (value: T) => void;
  reject!: (error: unknown) => void;
  readonly opened = new Promise<T>((resolve, reject) => {
    this.resolve = resolve;
    this.reject = reject;
  });
}
