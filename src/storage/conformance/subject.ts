/**
 * What a backend hands to the suites: a way to open an empty store of its own. A behaviour is a group of
 * scenarios, each on a fresh store that is closed whatever happens. The suites know no backend.
 */
import type { TestContext } from 'node:test';
import { describe, test } from 'node:test';
import type { Store } from '../store.ts';

export interface OpenStore {
  readonly store: Store;
  /** Closes the store and opens what it left behind. The old one must not be used again. */
  reopen?(): Promise<Store>;
  /** Opens a file that `snapshot` wrote as a store of its own. */
  openSnapshot?(file: string): Promise<OpenStore>;
  /** Closes the newest opening and removes everything. */
  close(): Promise<void>;
}

export interface StoreSubject {
  readonly name: string;
  /** A new, empty store. */
  open(): Promise<OpenStore>;
}

export type ScenarioBody = (opened: OpenStore, context: TestContext) => Promise<void> | void;
export type Scenario = (title: string, body: ScenarioBody) => void;
export type Behaviour = (scenario: Scenario) => void;

export function proveBehaviour(subject: StoreSubject, title: string, behaviour: Behaviour): void {
  describe(`${subject.name}: ${title}`, () => {
    behaviour((name, body) => {
      test(name, async (context) => {
        const opened = await subject.open();
        try {
          await body(opened, context);
        } finally {
          await opened.close();
        }
      });
    });
  });
}
