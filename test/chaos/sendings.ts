// Holds what publishers were promised against the log of a room and the store.
import { grouped } from './grouped.ts';
import { levels, type Sending, type Terms } from './history.ts';
import { nameOf, type Place, type RoomLog } from './room-log.ts';

/** Each sending at one position at most, at one at least when that was promised, and nothing else. */
export function checkSendings(
  log: RoomLog,
  sendings: ReadonlyMap<string, Sending>,
  terms: Terms,
  room: string,
): void {
  for (const [text, places] of log.byText) {
    const sending = sendings.get(text);
    if (sending === undefined) log.tell('foreign-message', `${nameOf(places[0]!)} is ${text}`);
    else if (sending.room !== room)
      log.tell('foreign-message', `${nameOf(places[0]!)} was sent to ${sending.room}`);
    // what a crash took is rightly sent again
    const kept = places.filter((place) => !log.mayBeLost(place, terms));
    if (kept.length > 1)
      log.tell('twice', `${text} stands at ${kept.map(nameOf).join(' and ')}, ${receiptOf(sending)}`);
  }
  for (const sending of sendings.values()) {
    if (sending.room === room && isKept(sending, terms) && !log.byText.has(sending.text))
      log.tell('lost', `${sending.text} was receipted as ${sending.level}`);
  }
  checkOvertaking(log, sendings);
}

const isKept = ({ receipted, level }: Sending, { keeps }: Terms): boolean =>
  receipted !== undefined && levels.indexOf(level) >= levels.indexOf(keeps);

/** From the end of the log: what stands before a message was not begun after that was receipted. */
function checkOvertaking(log: RoomLog, sendings: ReadonlyMap<string, Sending>): void {
  let first: { readonly place: Place; readonly receipted: number } | undefined;
  for (const place of log.order.toReversed()) {
    const sending = sendings.get(place.text);
    if (sending === undefined) continue;
    if (first !== undefined && sending.begun > first.receipted)
      log.tell('overtaken', `${nameOf(place)} was begun after ${nameOf(first.place)} was receipted`);
    const { receipted, level } = sending;
    // `accepted` says nothing of a place
    if (receipted === undefined || level === 'accepted') continue;
    if (first === undefined || receipted < first.receipted) first = { place, receipted };
  }
}

/** The store against the log: all that was heard, but what a crash took and told, and no hole. */
export function checkStore(log: RoomLog, sendings: ReadonlyMap<string, Sending>, terms: Terms): void {
  for (const places of log.byText.values()) {
    if (!places.some(({ stored }) => stored)) checkUnstored(log, places[0]!, sendings, terms);
  }
  for (const places of grouped(log.order, ({ epoch }) => epoch).values()) checkHoles(log, places);
}

function checkUnstored(
  log: RoomLog,
  place: Place,
  sendings: ReadonlyMap<string, Sending>,
  terms: Terms,
): void {
  const sending = sendings.get(place.text);
  if (log.mayBeLost(place, terms) && !(sending !== undefined && isKept(sending, terms))) return;
  log.tell('not-stored', `${nameOf(place)}, ${place.text}, ${receiptOf(sending)}`);
}

const receiptOf = (sending: Sending | undefined): string =>
  sending?.receipted === undefined ? 'not receipted' : `receipted as ${sending.level}`;

function checkHoles(log: RoomLog, places: readonly Place[]): void {
  const stored = places.filter((place) => place.stored);
  for (const [at, place] of stored.entries()) {
    const expected = at === 0 ? 1 : stored[at - 1]!.seq + 1;
    if (place.seq !== expected)
      log.tell('hole-in-store', `${nameOf(place)} stands where ${expected} belongs`);
  }
}
