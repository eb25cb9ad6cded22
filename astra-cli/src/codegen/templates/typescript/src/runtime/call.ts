import type { Answer } from "./answer.ts";

/** A call under way: a promise of its data, and of what came with it. */
export class Call<T> implements Promise<T> {
  readonly #answer: Promise<Answer<T>>;

  constructor(answer: Promise<Answer<T>>) {
    this.#answer = answer;
  }

  get [Symbol.toStringTag](): string {
    return "Call";
  }

  /** The data with the answer's status and headers: an `ETag`, say. */
  withResponse(): Promise<Answer<T>> {
    return this.#answer;
  }

  then<Value = T, Failure = never>(
    onfulfilled?: ((data: T) => Value | PromiseLike<Value>) | null,
    onrejected?: ((reason: unknown) => Failure | PromiseLike<Failure>) | null,
  ): Promise<Value | Failure> {
    return this.#answer.then(({ data }) => data).then(onfulfilled, onrejected);
  }

  catch<Failure = never>(
    onrejected?: ((reason: unknown) => Failure | PromiseLike<Failure>) | null,
  ): Promise<T | Failure> {
    return this.then(null, onrejected);
  }

  finally(onfinally?: (() => void) | null): Promise<T> {
    return this.then().finally(onfinally);
  }
}
