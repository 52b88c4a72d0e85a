/**
 * An error of what somebody has written, not of the program: it says what is wrong and has no stack. Making a stack
 * takes ten times as long as reading a short text, and expressions of tenants have texts read in loops.
 */
export abstract class StacklessError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    const { stackTraceLimit } = Error;
    Error.stackTraceLimit = 0;
    super(message, options);
    Error.stackTraceLimit = stackTraceLimit;
  }
}
