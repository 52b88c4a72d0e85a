import assert from 'node:assert/strict';
import { test } from 'node:test';
import { EventLines } from './event-lines.ts';

const event = '{"type":"MODIFIED","object":{"kind":"ConfigMap"}}\n';
const bookmark = '{"type":"BOOKMARK","object":{"kind":"ConfigMap"}}\n';

/** Cut into pieces of every size, each in the middle of a larger buffer that holds line ends. */
function check(text: string, expected: number): void {
  const bytes = Buffer.from(text);
  for (let size = 1; size <= bytes.length; size++) {
    let events = 0;
    const lines = new EventLines(() => events++);
    for (let at = 0; at < bytes.length; at += size) {
      const piece = bytes.subarray(at, at + size);
      lines.push(Buffer.concat([Buffer.from('\n\n'), piece, Buffer.from('\n')]), 2, 2 + piece.length);
    }
    assert.equal(events, expected, `${JSON.stringify(text)} in pieces of ${size}`);
  }
}

test('events are counted, and bookmarks are none', () => {
  check(event, 1);
  check(event + event + event, 3);
  check(bookmark, 0);
  check(event + bookmark + bookmark + event, 2);
  check('{}\n', 1);
  check(event.trimEnd(), 0);
});
