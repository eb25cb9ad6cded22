// What was read, with the ETag that a change of it names.

export interface Tagged<T> {
  readonly state: T;
  readonly etag: string | undefined;
}

interface Asked<T> {
  readonly withResponse: () => Promise<{ data: T; response: { headers: Headers } }>;
}

export async function tagged<T>(call: Asked<T>): Promise<Tagged<T>> {
  const { data, response } = await call.withResponse();
  return { state: data, etag: response.headers.get("etag") ?? undefined };
}
