// Keys that work anywhere on the page: Ctrl or Alt with Up or Down goes to the room above or below.

export function listenToShortcuts(changeRoom: (step: 1 | -1) => void): void {
  document.addEventListener('keydown', (event) => {
    if (event.isComposing || event.shiftKey || event.metaKey || event.ctrlKey === event.altKey) return;
    if (event.key !== 'ArrowUp' && event.key !== 'ArrowDown') return;
    event.preventDefault();
    changeRoom(event.key === 'ArrowUp' ? -1 : 1);
  });
}
