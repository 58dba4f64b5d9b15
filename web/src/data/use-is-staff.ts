import { useProfile } from '@/data/profile';

/** Whether one of Rose's staff is signed in; not while that is unknown. */
export function useIsStaff(): boolean {
  return useProfile().data?.role === 'admin';
}
