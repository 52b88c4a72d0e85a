/** What `--size` means to the scripts; any of it may be given with `-e`. The names are those of perf/k6/lib/sizes.js. */
export const k6Sizes: Readonly<Record<'small' | 'large', Readonly<Record<string, string>>>> = {
  small: { PROJECTS: '5', OBJECTS: '10', RATE: '10', SECONDS: '5', VUS: '5', ORGANIZATIONS: '2' },
  large: { PROJECTS: '1000', OBJECTS: '100', RATE: '200', SECONDS: '300', VUS: '100', ORGANIZATIONS: '20' },
};

/** All that `-e` may give: the sizes, those that have a default in the scripts, and what is asked of a failing request. */
export const k6Variables = [...Object.keys(k6Sizes.small), 'BYTES', 'P99_MS', 'RUN', 'MILO_VERBOSE'];
