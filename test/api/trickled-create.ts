/** A create whose body comes in two parts: what is done between them happens behind the server's look-up of the kind. */
import type { ApiServer } from '../api-client.ts';

export interface TrickledAnswer {
  readonly status: number;
  readonly text: string;
}

export async function trickledCreate(
  server: ApiServer,
  path: string,
  object: object,
  meanwhile: () => Promise<unknown>,
): Promise<TrickledAnswer> {
  const session = server.connect();
  try {
    const body = Buffer.from(JSON.stringify(object));
    const stream = session.request({
      ':method': 'POST',
      ':path': path,
      'content-type': 'application/json',
    });
    stream.write(body.subarray(0, 1));
    // On the same connection, so that its answer comes behind the look-up.
    await server.send('/version', { session });
    await meanwhile();
    stream.end(body.subarray(1));
    let status = 0;
    stream.on('response', (headers) => {
      status = Number(headers[':status']);
    });
    let text = '';
    for await (const chunk of stream.setEncoding('utf8')) text += chunk;
    return { status, text };
  } finally {
    session.close();
  }
}
