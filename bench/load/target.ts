/** A server to put load on, and the credentials to do it with. */
export interface Target {
  readonly host: string;
  readonly port: number;
  /** PEM. */
  readonly ca: string;
  readonly certificate: string;
  readonly key: string;
}
