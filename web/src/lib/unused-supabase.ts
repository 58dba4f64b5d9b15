// In the place of what supabase-js brings along and nobody here asks: channels, files and functions.
// They are a tenth of what every page loads.

/** Told of every new token; has no channel to pass it to. */
export class RealtimeClient {
  async setAuth(): Promise<void> {}
}

export class StorageClient {}
export class StorageApiError extends Error {}

export class FunctionsClient {}
export class FunctionsError extends Error {}
export class FunctionsFetchError extends FunctionsError {}
export class FunctionsHttpError extends FunctionsError {}
export class FunctionsRelayError extends FunctionsError {}
export const FunctionRegion = {};
