import { rename, rm, writeFile } from 'node:fs/promises';

/**
 * A file that exists while a condition holds. Its modification time is the time of the last evaluation. Writes and removals
 * keep the order of the calls, and a call is skipped if a later one has made it obsolete.
 */
export class StatusFile {
  readonly #path: string;
  readonly #draft: string;
  readonly #onFault: (fault: unknown) => void;
  /** The text of the file, or undefined for no file. */
  #wanted: string | undefined;
  #isDue = false;
  #work: Promise<void> | undefined;

  /** `onFault` receives the errors of the file system. */
  constructor(path: string, onFault: (fault: unknown) => void) {
    this.#path = path;
    // The process id, so that two processes that share the folder by mistake do not mix their drafts.
    this.#draft = `${path}.${process.pid}.tmp`;
    this.#onFault = onFault;
  }

  /** Writes the file, so that its age is zero. Readers see the old file or the new one, never a part. */
  touch(text: string): Promise<void> {
    return this.#want(text);
  }

  remove(): Promise<void> {
    return this.#want(undefined);
  }

  /** Resolves when the file has the required state, or the file system has reported an error. Never rejects. */
  #want(text: string | undefined): Promise<void> {
    this.#wanted = text;
    this.#isDue = true;
    return (this.#work ??= this.#run());
  }

  async #run(): Promise<void> {
    while (this.#isDue) {
      this.#isDue = false;
      try {
        await this.#apply(this.#wanted);
      } catch (error) {
        this.#onFault(error);
      }
    }
    this.#work = undefined;
  }

  async #apply(text: string | undefined): Promise<void> {
    if (text === undefined) return rm(this.#path, { force: true });
    await writeFile(this.#draft, text);
    // A removal that was requested meanwhile comes next. The file must not appear before it.
    if (this.#wanted === undefined) return rm(this.#draft, { force: true });
    await rename(this.#draft, this.#path);
  }
}
