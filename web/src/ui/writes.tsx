import { createContext, type ReactNode, useContext } from 'react';

const ReadOnly = createContext<string | null>(null);

/** Says of everything beneath it why nothing may be written, or null. */
export const ReadOnlyProvider = ReadOnly.Provider;

/** Why nothing may be written here and now; null while it may. */
export const useReadOnly = () => useContext(ReadOnly);

/** Holds controls that write. While nothing may be written none of them works, and pointing at one tells why. */
export function Writes({ children }: { children: ReactNode }) {
  const why = useReadOnly();
  if (why === null) return children;
  return (
    <fieldset data-read-only disabled title={why} style={{ display: 'contents' }}>
      {children}
    </fieldset>
  );
}
