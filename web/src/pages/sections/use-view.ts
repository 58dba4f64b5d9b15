import { useNavigate, useSearch } from '@tanstack/react-router';
import { SECTION_VIEWS } from '@/lib/filters';

/** Which part of the section is open, as the address says; the first one is said by nothing. */
export function useView() {
  const { view } = useSearch({ strict: false }) as { view?: string };
  const navigate = useNavigate();
  const set = (value: string | null) => {
    const next = SECTION_VIEWS.find((each) => each === value);
    void navigate({
      to: '.',
      search: (now: Record<string, unknown>) => ({ ...now, view: next }),
      resetScroll: false,
    });
  };
  return [view, set] as const;
}
