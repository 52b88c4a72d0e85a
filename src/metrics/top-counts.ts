/**
 * Who does most, among any number: keeps a fixed number of names and what each did, never more. A name that is not among
 * them takes the place of the one with the least rank, but only now and then, the more rarely the higher that rank is: so
 * those who come seldom cost a look-up and displace nobody, and who comes often is soon in (the randomized admission of
 * Ben Basat, Chen, Einziger, Friedman and Kassner). Nothing allocates but a name that comes in.
 */

/** What one name did since it came in; a lower bound of what it did since the start. */
export interface TopCount {
  readonly name: string;
  readonly count: number;
  readonly sum: number;
}

class Place implements TopCount {
  name = '';
  /** What it is ranked by: what it did and inherited, fading with time. */
  rank = 0;
  count = 0;
  sum = 0;
  /** Where it stands in the heap. */
  at: number;

  constructor(at: number) {
    this.at = at;
  }
}

/** Additions after which all ranks are halved, for each place: who was busy long ago gives way to who is now. */
const additionsPerPlace = 1_000;

export class TopCounts {
  /** A heap: the place with the least rank first. */
  readonly #places: Place[];
  readonly #byName = new Map<string, Place>();
  readonly #random: () => number;
  #additions = 0;

  /** `random` gives numbers from 0 to below 1. */
  constructor(places: number, random: () => number) {
    this.#random = random;
    this.#places = Array.from({ length: places }, (_, at) => new Place(at));
  }

  /** One more of a name, with what it weighs. */
  add(name: string, amount: number): void {
    const place = this.#byName.get(name) ?? this.#admit(name);
    if (place === undefined) return;
    place.rank++;
    place.count++;
    place.sum += amount;
    this.#sink(place);
    if (++this.#additions >= additionsPerPlace * this.#places.length) this.#fade();
  }

  /** The first of the ranking. */
  top(most: number): readonly TopCount[] {
    return [...this.#byName.values()].sort((a, b) => b.rank - a.rank).slice(0, most);
  }

  #admit(name: string): Place | undefined {
    const place = this.#places[0]!;
    if (this.#random() * (place.rank + 1) >= 1) return undefined;
    this.#byName.delete(place.name);
    this.#byName.set(name, place);
    place.name = name;
    place.count = 0;
    place.sum = 0;
    return place;
  }

  /** A rank has grown: the place goes down for as long as one below it has less. */
  #sink(place: Place): void {
    const places = this.#places;
    let { at } = place;
    for (;;) {
      let below = 2 * at + 1;
      if (below >= places.length) break;
      if (below + 1 < places.length && places[below + 1]!.rank < places[below]!.rank) below++;
      const lesser = places[below]!;
      if (lesser.rank >= place.rank) break;
      places[at] = lesser;
      lesser.at = at;
      at = below;
    }
    places[at] = place;
    place.at = at;
  }

  /** Halves that are rounded down keep their order, and with it the heap. */
  #fade(): void {
    this.#additions = 0;
    for (const place of this.#places) place.rank = Math.floor(place.rank / 2);
  }
}
