/** Why a patch was refused. The registry turns the kind into a Status; nothing here knows HTTP. */
export type PatchErrorKind =
  /** The patch is not a document of its kind (400). */
  | 'malformed'
  /** The patch does not apply to this object (422). */
  | 'unprocessable'
  /** Strategic merge: the patch fits neither the object nor its schema, and upstream has no better word (500). */
  | 'failed'
  /** The patch asks for more than one request may (413). */
  | 'too-large';

export class PatchError extends Error {
  readonly kind: PatchErrorKind;
  constructor(kind: PatchErrorKind, message: string) {
    super(message);
    this.name = 'PatchError';
    this.kind = kind;
  }
}
