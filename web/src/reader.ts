// Reading what may be missing, misshapen or made to break a reader: every look-up gives a value of
// the asked kind or nothing. Keys are own keys alone, so `__proto__` and the like read as missing.

const number_max = 1e15;

export class Reader {
  constructor(private readonly value: unknown) {}

  get raw(): unknown {
    return this.value;
  }

  at(...keys: string[]): Reader {
    let value: unknown = this.value;
    for (const key of keys) {
      if (typeof value !== "object" || value === null || !Object.hasOwn(value, key)) return new Reader(undefined);
      value = (value as Record<string, unknown>)[key];
    }
    return new Reader(value);
  }

  get exists(): boolean {
    return this.value !== undefined && this.value !== null;
  }

  /** Beyond what any figure here can be, a number is as good as none: sums of it would overflow. */
  number(): number | undefined {
    return typeof this.value === "number" && Math.abs(this.value) <= number_max ? this.value : undefined;
  }

  count(): number | undefined {
    const number = this.number();
    return number !== undefined && number >= 0 ? number : undefined;
  }

  text(): string | undefined {
    return typeof this.value === "string" && this.value !== "" ? this.value : undefined;
  }

  /** A name may come as a number: a version, a user id. */
  word(): string | undefined {
    return this.text() ?? (this.number() === undefined ? undefined : String(this.value));
  }

  flag(): boolean | undefined {
    return typeof this.value === "boolean" ? this.value : undefined;
  }

  choice<T extends string>(...choices: readonly T[]): T | undefined {
    return choices.find((choice) => choice === this.value);
  }

  list(): Reader[] {
    return Array.isArray(this.value) ? this.value.map((item) => new Reader(item)) : [];
  }

  texts(): string[] {
    return this.list().flatMap((item) => item.word() ?? []);
  }

  numbers(): number[] {
    return this.list().map((item) => item.number() ?? 0);
  }

  entries(): [string, Reader][] {
    if (typeof this.value !== "object" || this.value === null || Array.isArray(this.value)) return [];
    return Object.entries(this.value).map(([key, item]) => [key, new Reader(item)]);
  }
}

/** Drops keys without a value, so that optional parts are simply absent. */
export function compact<T extends object>(parts: { [K in keyof T]: T[K] | undefined }): T {
  return Object.fromEntries(Object.entries(parts).filter(([, value]) => value !== undefined)) as T;
}
