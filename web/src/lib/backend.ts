import { createClient, type SupabaseClient } from '@supabase/supabase-js';
import { createContext, useContext } from 'react';
import type { AppConfig } from '@/lib/config';
import type { Database } from '@/lib/database.types';
import { fetchWithRequestId } from '@/lib/request-id';

export type Client = SupabaseClient<Database>;
export type Backend = { client: Client; config: AppConfig };

export function createBackend(config: AppConfig): Backend {
  const client = createClient<Database>(config.supabaseUrl, config.supabaseAnonKey, {
    auth: { storageKey: 'backoffice.session' },
    global: { fetch: fetchWithRequestId },
  });
  return { client, config };
}

export const BackendContext = createContext<Backend | null>(null);

export function useBackend(): Backend {
  const backend = useContext(BackendContext);
  if (backend === null) throw new Error('useBackend needs a BackendContext above it');
  return backend;
}
