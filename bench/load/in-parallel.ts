/** Runs `task(0)` … `task(total - 1)`, `width` at a time. The first failure ends it. */
export async function inParallel(
  total: number,
  width: number,
  task: (index: number) => Promise<unknown>,
  onProgress?: (done: number) => void,
): Promise<void> {
  let next = 0;
  let done = 0;
  const lane = async (): Promise<void> => {
    while (next < total) {
      await task(next++);
      onProgress?.(++done);
    }
  };
  try {
    await Promise.all(Array.from({ length: Math.min(width, total) }, lane));
  } catch (error) {
    next = total;
    throw error;
  }
}
