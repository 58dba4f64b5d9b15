import { createClient, type SupabaseClient } from '@supabase/supabase-js';
import { createContext, useContext } from 'react';
import type { AppConfig } from '@/lib/config';
import type { Database } from '@/lib/database.types';
import type { Landing } from '@/lib/landing';
import { fetchWithRequestId } from '@/lib/request-id';

export type Client = SupabaseClient<Database>;
export type Backend = { client: Client; config: AppConfig; notice: Landing['notice'] };

export function createBackend(config: AppConfig): Backend {
  const client = createClient<Database>(config.supabaseUrl, config.supabaseAnonKey, {
    // What a link brings is read by `takeLanding`, which leaves no token in the browser's history.
    auth: { storageKey: 'backoffice.session', detectSessionInUrl: false },
    global: { fetch: fetchWithRequestId },
  });
  return { client, config, notice: null };
}

export const BackendContext = createContext<Backend | null>(null);

export function useBackend(): Backend {
  const backend = useContext(BackendContext);
  if (backend === null) throw new Error('useBackend needs a BackendContext above it');
  return backend;
}
